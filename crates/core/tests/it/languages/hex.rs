//! Erlang and Elixir, against Elixir itself.

use std::process::Command;

use limpid_testkit::registry::is_installed;

use super::orders::{Look, compare};

const ORDER: &str = r#"
for line <- IO.stream(:stdio, :line) do
  [a, b] = line |> String.trim_trailing("\n") |> String.split("\t")
  case {Version.parse(a), Version.parse(b)} do
    {{:ok, a}, {:ok, b}} -> IO.puts(Map.fetch!(%{lt: "<", eq: "=", gt: ">"}, Version.compare(a, b)))
    _ -> IO.puts("!")
  end
end
"#;

#[test]
fn hex_is_the_order_of_elixir() {
    if !is_installed("elixir", "apt-get install elixir") {
        return;
    }
    let look = Look {
        lengths: &[1, 2, 3, 4],
        // Numbers alone are seldom three: behind a hyphen any count of them is a pre-release.
        prefixes: &[
            "1.0.0-",
            "1.0.0-",
            "1.0.0-",
            "1.0.0-a.",
            "1.0.1-rc.",
            "1.0.10+",
            "1.0.",
            "1.",
            "",
            "v1.0.0-",
        ],
        numbers: &["0", "1", "2", "10", "1", "2", "a", "rc", "0a", "-", "A", "99999999999999999999", "01"],
        pieces: &[
            "-a", "b", ".1", ".0", ".10", ".a", ".01", "-", ".", "+", "+b", "1", "0a", ".rc", ".beta", "_",
        ],
    };
    compare("hex", &look, Command::new("elixir").args(["-e", ORDER]));
}
