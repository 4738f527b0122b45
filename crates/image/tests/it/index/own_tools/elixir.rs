//! Erlang and Elixir, against the applications that a release knows.

use limpid_testkit::registry::is_installed;

use super::*;

fn project(made: &Made, name: &str, version: &str, dependencies: &[&str]) {
    let capital = format!("{}{}", name[..1].to_uppercase(), &name[1..]);
    let paths: Vec<String> =
        dependencies.iter().map(|one| format!("{{:{one}, path: \"../{one}\"}}")).collect();
    let text = format!(
        "defmodule {capital}.MixProject do\n  use Mix.Project\n  def project do\n    [app: :{name}, version: \"{version}\", \
         deps: [{}], releases: [{name}: [include_erts: false]]]\n  end\nend\n",
        paths.join(", ")
    );
    write(&made.path("build").join(name).join("mix.exs"), &text);
    let module = format!("defmodule {capital} do\nend\n");
    write(&made.path("build").join(name).join(format!("lib/{name}.ex")), &module);
}

/// Builds a release into the image, as an image for it is built: with nothing of the one before.
fn release(made: &mut Made) {
    if made.path("srv/shop").exists() {
        fs::remove_dir_all(made.path("srv/shop")).unwrap();
    }
    let mut command = Command::new("mix");
    command.args(["release", "--quiet", "--path"]).arg(made.path("srv/shop"));
    ran(command
        .current_dir(made.path("build/shop"))
        .env("MIX_ENV", "prod")
        .env("MIX_HOME", made.path("home")));
    let folder = Folder { root: made.root.path(), left_out: &["build", "home"] };
    made.layers.push(folder.changes(&made.state));
    made.state = folder.state();
}

/// What the release is made of, by its own description. Erlang's own are not in the image: it is built without them.
const LIST: &str = r##"
[file] = Path.wildcard(hd(System.argv()) <> "/releases/*/shop.rel")
{:ok, [{:release, _, _, applications}]} = :file.consult(file)
is_own = fn name ->
  case :code.lib_dir(name) do
    {:error, _} -> false
    folder -> String.starts_with?(to_string(folder), to_string(:code.root_dir()) <> "/")
  end
end
for one <- applications, name = elem(one, 0), not is_own.(name), do: IO.puts("#{name} #{elem(one, 1)}")
"##;

fn listed(made: &Made) -> Vec<String> {
    let text = ran(Command::new("elixir").args(["-e", LIST]).arg(made.path("srv/shop")));
    text.lines().map(str::to_owned).collect()
}

#[test]
fn what_a_release_of_elixir_has_is_what_it_is_made_of() {
    if !is_installed("mix", "apt-get install elixir") {
        return;
    }
    let mut made = Made::new();
    project(&made, "shop", "1.0.0", &["ranch", "jason"]);
    project(&made, "ranch", "1.7.1", &[]);
    project(&made, "jason", "1.4.0-rc.1", &[]);
    release(&mut made);
    let lower = listed(&made);
    made.hold("Hex", lower.clone());
    project(&made, "shop", "1.0.0", &["ranch"]);
    project(&made, "ranch", "2.1.0", &[]);
    release(&mut made);
    let upper = listed(&made);
    assert!(
        lower.contains(&"jason 1.4.0-rc.1".to_owned()) && lower.len() == upper.len() + 1,
        "{lower:?} {upper:?}"
    );
    made.hold("Hex", upper);
}
