//! Makes entries of the members of a tar: whiteouts are told from files, wanted files or extracts of them are kept, programs
//! are found, and the budget of the layer is held.

use std::io::Read;

use limpid_core::{
    FilePath, Reason,
    extract::Extractor,
    wants::{Kept, WantList},
};

use crate::{
    entry::{ContentId, Entry, EntryKind, EntrySink, FileEntry, Program},
    extract::{self, Outcome, Spools},
    limits::Limits,
};

use super::{
    Watch,
    executable::{PEEK_BYTES, SCRIPT_BYTES, has_archive, is_program, is_script},
    faults::{Fault, Faults, Stop},
    tar::{Archive, Data, Kind, Member},
    unpacked::Unpacked,
};

/// Begins the name of a whiteout; what follows is what it removes (OCI image specification, layer.md, "Whiteouts").
const WHITEOUT: &[u8] = b".wh.";

/// The name of a file that makes its directory opaque.
const OPAQUE: &[u8] = b".wh..wh..opq";

/// Begins the names that aufs keeps its own data under, at the root. Nobody unpacks them.
const AUFS: &[u8] = b".wh..wh.";

/// Reads the whole archive into the sink. Every stop is a stop of the layer; faults of single entries are told.
pub(super) fn walk(
    unpacked: &mut Unpacked<'_>,
    wants: &WantList,
    limits: &Limits,
    sink: &mut dyn EntrySink,
    faults: &mut Faults,
) -> Result<(), Stop> {
    let watch = unpacked.watch();
    let mut archive = Archive::new(unpacked, limits);
    let spools = &Spools::default();
    let mut walk =
        Walk { wants, limits, watch, spools, sink, faults, entries: 0, path_bytes: 0, kept_bytes: 0 };
    loop {
        let member = archive.next();
        walk.tell(archive.take_faults());
        let Some(member) = member? else { return Ok(()) };
        walk.count(&member)?;
        walk.member(&mut archive, &member)?;
    }
}

struct Walk<'w> {
    wants: &'w WantList,
    limits: &'w Limits,
    watch: &'w dyn Watch,
    spools: &'w Spools,
    sink: &'w mut dyn EntrySink,
    faults: &'w mut Faults,
    entries: u64,
    path_bytes: u64,
    kept_bytes: u64,
}

impl Walk<'_> {
    fn tell(&mut self, faults: Vec<Fault>) {
        for fault in faults {
            self.faults.tell(self.sink, fault);
        }
    }

    /// Holds the budget of the listing. Past it the rest of the archive is not read.
    fn count(&mut self, member: &Member) -> Result<(), Stop> {
        self.entries += 1;
        self.path_bytes += (member.name.len() + member.link.len()) as u64;
        let Limits { layer_entries, layer_path_bytes, .. } = *self.limits;
        let detail = if self.entries > layer_entries {
            format!("the layer has more than {layer_entries} entries; from this one on they were not read")
        } else if self.path_bytes > layer_path_bytes {
            format!(
                "the names in the layer have more than {layer_path_bytes} bytes; from this one on they were not read"
            )
        } else {
            return Ok(());
        };
        Err(Fault::over_budget(detail).beyond(&member.name).into())
    }

    fn member(&mut self, archive: &mut Archive<'_, '_>, member: &Member) -> Result<(), Stop> {
        if let Some(detail) = self.too_long(member) {
            self.tell(vec![Fault::over_budget(detail).beyond(&member.name)]);
            return Ok(());
        }
        if points_out(&member.name) || (member.kind == Kind::HardLink && points_out(&member.link)) {
            let detail = "it points out of the image; it was read as if it ended at the root";
            self.tell(vec![Fault::layer(detail).at(&member.name)]);
        }
        let path = FilePath::new(&member.name);
        if is_aufs(&path) {
            return Ok(());
        }
        if let Some(entry) = self.whiteout(&path) {
            return self.put(entry);
        }
        let kind = match member.kind {
            Kind::Directory if path.is_root() => return Ok(()),
            _ if path.is_root() => {
                let detail = "it is the root of the image, and no directory; it was not read";
                self.tell(vec![Fault::layer(detail).at(&member.name)]);
                return Ok(());
            }
            Kind::File => return self.file(archive, member, path),
            Kind::Directory => EntryKind::Directory,
            Kind::Symlink => EntryKind::Symlink(member.link.clone()),
            Kind::HardLink => self.hard_link(member),
            Kind::Other => EntryKind::Other,
        };
        self.put(Some(Entry { path, kind }))
    }

    fn put(&mut self, entry: Option<Entry>) -> Result<(), Stop> {
        entry.map_or(Ok(()), |entry| self.sink.entry(entry).map_err(Stop::Sink))
    }

    /// Why the names of a member are not read, if so.
    fn too_long(&self, member: &Member) -> Option<String> {
        let Limits { path_bytes, path_components, .. } = *self.limits;
        if member.name.len() > path_bytes || member.link.len() > path_bytes {
            return Some(format!(
                "its name, or the target of its link, has more than {path_bytes} bytes; it was not read"
            ));
        }
        let components = member.name.split(|&byte| byte == b'/').filter(|name| !name.is_empty()).count();
        (components > path_components)
            .then(|| format!("its name has more than {path_components} components; it was not read"))
    }

    /// `Some` where the path is a whiteout; `Some(None)` where it is one that removes nothing.
    fn whiteout(&mut self, path: &FilePath) -> Option<Option<Entry>> {
        let removed = path.name().strip_prefix(WHITEOUT)?;
        let directory = path.parent();
        if path.name() == OPAQUE {
            return Some(Some(Entry { path: directory, kind: EntryKind::Opaque }));
        }
        if matches!(removed, b"" | b"." | b"..") {
            let detail = "it is a whiteout of no name; it was not read";
            self.tell(vec![Fault::layer(detail).at(path.as_bytes())]);
            return Some(None);
        }
        Some(Some(Entry { path: directory.join(removed), kind: EntryKind::Whiteout }))
    }

    fn hard_link(&mut self, member: &Member) -> EntryKind {
        let target = FilePath::new(&member.link);
        if is_aufs(&target) {
            let detail = "it is a hard link to aufs metadata, which is not read";
            self.tell(vec![Fault::layer(detail).at(&member.name)]);
        }
        EntryKind::HardLink(target)
    }

    fn file(&mut self, archive: &mut Archive<'_, '_>, member: &Member, path: FilePath) -> Result<(), Stop> {
        let program = program(archive, member)?;
        let kept = self.wants.kept(&path, program.is_binary());
        let (content, stop) = match kept.filter(|_| member.data != Data::Unreadable) {
            Some(Kept { most, extractor: None }) if self.fits(member, most) => {
                let mut reader = archive.content(member);
                (Some(self.keep(&mut reader)?), reader.stop())
            }
            Some(Kept { most, extractor: Some(extractor) }) if self.is_small_enough(member, most) => {
                let mut reader = archive.content(member);
                (self.extract(extractor, &path, &mut reader, member)?, reader.stop())
            }
            Some(_) | None => (None, None),
        };
        let kind = EntryKind::File(FileEntry { size: member.size, program, content });
        self.put(Some(Entry { path, kind }))?;
        stop.map_or(Ok(()), Err)
    }

    /// Keeps what an extractor takes of a file.
    fn extract(
        &mut self,
        extractor: &Extractor,
        path: &FilePath,
        content: &mut dyn Read,
        member: &Member,
    ) -> Result<Option<ContentId>, Stop> {
        let spools = self.spools;
        let mut spool = spools.lay_down(content, self.sink).map_err(Stop::Sink)?;
        let is_time_up = || self.watch.is_time_up();
        match extract::run(extractor, path, &mut spool, spools, self.sink, &is_time_up) {
            Ok(Outcome::Nothing) => Ok(None),
            Ok(Outcome::Kept(extract)) => {
                if !self.has_room(member, extract.len() as u64) {
                    return Ok(None);
                }
                self.keep(&mut extract.as_slice()).map(Some)
            }
            Ok(Outcome::Panicked) => {
                let (reason, path) = (Reason::DetectorFailed, Some(member.name.clone()));
                self.tell(vec![Fault { reason, path, detail: extract::panicked(extractor) }]);
                Ok(None)
            }
            Err(_late) if self.watch.is_time_up() => {
                Err(Fault::over_budget("the layer took longer to read than it may").into())
            }
            Err(error) => Err(Stop::Sink(error)),
        }
    }

    fn keep(&mut self, content: &mut dyn Read) -> Result<ContentId, Stop> {
        self.sink.keep(content).map_err(Stop::Sink)
    }

    /// Whether a wanted file may be kept. Told where not.
    fn fits(&mut self, member: &Member, most: u64) -> bool {
        self.is_small_enough(member, most) && self.has_room(member, member.size)
    }

    fn is_small_enough(&mut self, member: &Member, most: u64) -> bool {
        let size = member.size;
        size <= most
            || self.over_budget(
                member,
                format!("it has {size} bytes and at most {most} are read of such a file"),
            )
    }

    fn has_room(&mut self, member: &Member, size: u64) -> bool {
        let most = self.limits.kept_bytes;
        let room = most - self.kept_bytes;
        if size > room {
            let detail =
                format!("it has {size} bytes and of the {most} that are kept of a layer {room} are left");
            return self.over_budget(member, detail);
        }
        self.kept_bytes += size;
        true
    }

    /// Tells that something is not kept: `false`.
    fn over_budget(&mut self, member: &Member, detail: String) -> bool {
        self.tell(vec![Fault { reason: Reason::OverBudget, path: Some(member.name.clone()), detail }]);
        false
    }
}

fn program(archive: &mut Archive<'_, '_>, member: &Member) -> Result<Program, Stop> {
    match &member.data {
        Data::Sparse(map) if !map.begins_with_data() => return Ok(Program::No),
        Data::Whole | Data::Sparse(_) | Data::Unreadable => {}
    }
    let first = archive.peek(PEEK_BYTES)?;
    Ok(match (is_program(first), member.may_run) {
        (true, true) => Program::Runs,
        (true, false) => Program::Inert,
        (false, _) if is_script(first, member.size) && has_archive(archive.peek(SCRIPT_BYTES)?) => {
            Program::Packed
        }
        (false, _) => Program::No,
    })
}

fn is_aufs(path: &FilePath) -> bool {
    path.as_bytes().starts_with(AUFS) && path.as_bytes() != OPAQUE
}

/// Whether a name climbs above the root. Some unpack it at the root, some refuse the layer.
fn points_out(name: &[u8]) -> bool {
    let mut depth = 0_i64;
    name.split(|&byte| byte == b'/').any(|component| {
        depth += match component {
            b"" | b"." => 0,
            b".." => -1,
            _ => 1,
        };
        depth < 0
    })
}
