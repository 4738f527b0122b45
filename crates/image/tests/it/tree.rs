//! The final file system: each rule by itself, and all together against a simple model.

use limpid_image::{
    entry::{Entry, EntryKind, EntrySink},
    limits::IMAGE_NAME_BYTES,
    tree::{Tree, TreeError, TreeFile},
};

use crate::packs::{Item, Item::*, kept, store};

mod model;

/// The tree, and a way to ask which content is at a path.
struct Image {
    tree: Tree,
    packs: Vec<limpid_image::evidence::Pack>,
    _store: crate::packs::Store,
}

fn image(layers: &[&[Item]]) -> Image {
    let store = store();
    let packs = store.packs(layers);
    Image { tree: Tree::build(&packs).unwrap(), packs, _store: store }
}

impl Image {
    fn file(&self, path: &str) -> Option<TreeFile> {
        self.tree.file(&path.into())
    }

    /// The content at a path; a file without one is `not kept`, no file is `nothing`.
    fn content(&self, path: &str) -> String {
        let Some(file) = self.file(path) else { return "nothing".to_owned() };
        let Some(content) = file.content else { return "not kept".to_owned() };
        let pack = &self.packs[usize::from(content.layer)];
        String::from_utf8(pack.content(content.id).unwrap()).unwrap()
    }

    fn own_path(&self, path: &str) -> String {
        self.file(path).map(|file| file.path.to_string()).unwrap_or_default()
    }
}

#[test]
fn an_upper_file_replaces_a_lower_one_and_a_whiteout_removes_it() {
    let image = image(&[
        &[kept("etc/a", "lower"), kept("etc/b", "lower"), kept("etc/d/c", "lower")],
        &[kept("etc/a", "upper"), Whiteout("etc/b"), Whiteout("etc/d")],
    ]);
    assert_eq!(image.content("etc/a"), "upper");
    assert_eq!(image.file("etc/a").unwrap().layer, 1);
    assert_eq!(image.content("etc/b"), "nothing");
    assert_eq!(image.content("etc/d/c"), "nothing");
    assert!(image.tree.exists(&"etc".into()));
}

#[test]
fn a_whiteout_removes_only_what_is_lower_wherever_it_stands() {
    for upper in [
        [Whiteout("etc/a"), kept("etc/a", "again"), Opaque("opt"), kept("opt/new", "new")],
        [kept("etc/a", "again"), Whiteout("etc/a"), kept("opt/new", "new"), Opaque("opt")],
    ] {
        let image =
            image(&[&[kept("etc/a", "lower"), kept("opt/old/x", "old"), Directory("opt/old")], &upper]);
        assert_eq!(image.content("etc/a"), "again");
        assert_eq!(image.content("opt/new"), "new");
        assert_eq!(image.content("opt/old/x"), "nothing");
        assert!(!image.tree.exists(&"opt/old".into()));
    }
}

#[test]
fn a_directory_that_was_removed_and_made_again_has_only_what_is_new() {
    let image = image(&[
        &[kept("a/old", "old"), kept("a/b/old", "old")],
        &[kept("a/b/new", "new"), Whiteout("a")],
        &[kept("a/b/newer", "newer")],
    ]);
    assert_eq!(image.content("a/old"), "nothing");
    assert_eq!(image.content("a/b/old"), "nothing");
    assert_eq!(image.content("a/b/new"), "new");
    assert_eq!(image.content("a/b/newer"), "newer");
}

#[test]
fn the_last_of_several_entries_of_a_path_counts() {
    let image =
        image(&[&[kept("a", "first"), kept("a", "last"), kept("d/x", "x"), Plain("d"), kept("d/y", "y")]]);
    assert_eq!(image.content("a"), "last");
    assert_eq!(image.content("d/x"), "nothing");
    assert_eq!(image.content("d/y"), "y");
}

#[test]
fn a_file_over_a_directory_and_a_directory_over_a_file() {
    let image = image(&[
        &[kept("a/x", "x"), kept("b", "b")],
        &[kept("a", "file"), Directory("b"), kept("b/x", "below")],
    ]);
    assert_eq!(image.content("a"), "file");
    assert_eq!(image.content("a/x"), "nothing");
    assert_eq!(image.content("b"), "nothing");
    assert_eq!(image.content("b/x"), "below");
}

#[test]
fn parents_are_followed_through_links_of_lower_layers() {
    let image = image(&[
        &[
            Directory("usr/lib"),
            kept("usr/lib/old", "old"),
            Symlink("lib", "usr/lib"),
            Symlink("abs", "/usr"),
        ],
        &[kept("lib/apk/db/installed", "database"), kept("abs/lib/other", "other"), Whiteout("lib/old")],
    ]);
    assert_eq!(image.own_path("lib/apk/db/installed"), "usr/lib/apk/db/installed");
    assert_eq!(image.content("usr/lib/apk/db/installed"), "database");
    assert_eq!(image.content("usr/lib/other"), "other");
    assert_eq!(image.content("usr/lib/old"), "nothing");
}

#[test]
fn a_directory_entry_over_a_link_is_a_new_directory() {
    for upper in [
        [Directory("lib"), kept("lib/x", "new"), Whiteout("lib/old")],
        [Whiteout("lib/old"), Directory("lib"), kept("lib/x", "new")],
    ] {
        let image = image(&[&[kept("usr/lib/old", "old"), Symlink("lib", "usr/lib")], &upper]);
        assert_eq!(image.own_path("lib/x"), "lib/x");
        assert_eq!(image.content("usr/lib/x"), "nothing");
        assert_eq!(image.content("usr/lib/old"), "old");
        assert_eq!(image.content("lib/old"), "nothing");
    }
}

#[test]
fn hard_links_keep_their_content_when_the_target_goes() {
    let image = image(&[
        &[kept("a", "content"), HardLink("b", "a"), HardLink("early", "late"), kept("late", "late content")],
        &[
            Whiteout("a"),
            HardLink("c", "b"),
            HardLink("lost", "nowhere"),
            Plain("plain"),
            HardLink("d", "plain"),
        ],
        &[Whiteout("b")],
    ]);
    assert_eq!(image.content("a"), "nothing");
    assert_eq!(image.content("b"), "nothing");
    assert_eq!(image.content("c"), "content");
    assert_eq!(image.file("c").unwrap().layer, 1);
    assert_eq!(image.content("early"), "late content");
    assert_eq!(image.content("lost"), "not kept");
    assert_eq!(image.content("d"), "not kept");
}

#[test]
fn links_stay_inside_and_end() {
    let image = image(&[&[
        kept("etc/a", "a"),
        Symlink("up", "../../../etc/a"),
        Symlink("x/abs", "/etc/a"),
        Symlink("one", "two"),
        Symlink("two", "one"),
        Symlink("self/self", "../self/self"),
        kept("one/below", "below"),
        Symlink("dangling", "not/there"),
        kept("dangling/made", "made"),
    ]]);
    assert_eq!(image.content("up"), "a");
    assert_eq!(image.content("x/abs"), "a");
    assert_eq!(image.content("self/self"), "nothing");
    // No runtime unpacks this; whatever it means, the file is not lost.
    assert_eq!(image.content("one/below"), "below");
    assert_eq!(image.own_path("dangling/made"), "not/there/made");
}

#[test]
fn names_that_are_no_text_are_names() {
    let store = store();
    let mut writer = store.evidence.writer().unwrap();
    let path = limpid_core::FilePath::new(b"d\xff/\xfe\x01");
    let kind = limpid_image::entry::EntryKind::Other;
    limpid_image::entry::EntrySink::entry(
        &mut writer,
        limpid_image::entry::Entry { path: path.clone(), kind },
    )
    .unwrap();
    let tree = Tree::build(&[writer.finish_unstored().unwrap()]).unwrap();
    assert!(tree.exists(&path));
}

#[test]
fn names_without_end_are_refused() {
    let store = store();
    let mut writer = store.evidence.writer().unwrap();
    let target = vec![b'x'; 1 << 20];
    for number in 0..=IMAGE_NAME_BYTES >> 20 {
        let entry =
            Entry { path: number.to_string().as_str().into(), kind: EntryKind::Symlink(target.clone()) };
        writer.entry(entry).unwrap();
    }
    let error = Tree::build(&[writer.finish_unstored().unwrap()]).unwrap_err();
    assert!(matches!(error, TreeError::TooLarge), "{error}");
}

#[test]
fn a_long_target_counts_for_several_links() {
    let target: &'static str = "../".repeat(1000).leak();
    let image = image(&[&[kept("a", "a"), Symlink("long", target), Symlink("short", "./a")]]);
    assert_eq!(image.content("short"), "a");
    assert_eq!(image.content("long/a"), "nothing");
}
