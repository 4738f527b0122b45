//! Arguments of `limpid db` and `limpid cache`.

use std::path::PathBuf;

use clap::{Subcommand, ValueEnum};

#[derive(Debug, Subcommand)]
pub(crate) enum DatabaseCommand {
    /// Bring feeds up to date
    #[command(
        after_help = "Example:\n  limpid db update alpine/v3.20\n\nWithout FEED, every feed of every ecosystem."
    )]
    Update {
        /// Feeds, or the beginnings of their names: alpine, alpine/v3.20, wolfi
        #[arg(value_name = "FEED")]
        feeds: Vec<String>,
    },
    /// Show the feeds: state, age, records and the releases that they cover
    Status {
        /// Feeds, or the beginnings of their names
        #[arg(value_name = "FEED")]
        feeds: Vec<String>,
        /// Form of the list
        #[arg(long, short, value_enum, default_value_t = StatusFormat::Table)]
        format: StatusFormat,
    },
    /// Let the quarantined data of a feed in
    Accept {
        /// The feeds, by their whole names
        #[arg(value_name = "FEED", required = true)]
        feeds: Vec<String>,
    },
    /// Write the catalog to one file, for machines without a network
    Export {
        /// The file
        file: PathBuf,
    },
    /// Take in a file that limpid db export wrote
    Import {
        /// The file
        file: PathBuf,
        /// Take it in even where the data here is newer
        #[arg(long)]
        force: bool,
    },
    /// Push the catalog to a registry; segments that are there already are not sent again
    Push {
        /// Where to, such as registry.example.com/limpid/catalog:latest
        reference: String,
        /// Talk to the registry without TLS, or with a certificate that nobody vouches for
        #[arg(long)]
        insecure: bool,
    },
    /// Pull the catalog from a registry; segments that are here already are not fetched again
    Pull {
        /// Where from, such as registry.example.com/limpid/catalog:latest
        reference: String,
        /// Talk to the registry without TLS, or with a certificate that nobody vouches for
        #[arg(long)]
        insecure: bool,
        /// Take it in even where the data here is newer
        #[arg(long)]
        force: bool,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum StatusFormat {
    Table,
    Json,
}

#[derive(Debug, Subcommand)]
pub(crate) enum CacheCommand {
    /// Show how much evidence is kept
    Show,
    /// Remove the evidence that was used least recently, until so much is left
    Evict {
        /// What may stay, such as 500M or 2G
        #[arg(long, value_name = "SIZE", value_parser = parse_size)]
        limit: u64,
    },
    /// Remove all evidence
    Clear,
}

/// Reads `500M`, `2G`, `1024`: bytes with a binary unit.
pub(crate) fn parse_size(text: &str) -> Result<u64, String> {
    let wrong = || format!("“{text}” is not a size; write it as 500M or 2G");
    let text = text.trim_end_matches(['B', 'b']).trim_end_matches('i');
    let digits = text.trim_end_matches(|letter: char| letter.is_ascii_alphabetic());
    let shift = match text.strip_prefix(digits).map(str::to_ascii_uppercase).as_deref() {
        Some("") => 0,
        Some("K") => 10,
        Some("M") => 20,
        Some("G") => 30,
        Some("T") => 40,
        Some(_) | None => return Err(wrong()),
    };
    let number: u64 = digits.trim().parse().map_err(|_error| wrong())?;
    number.checked_mul(1 << shift).ok_or_else(wrong)
}

#[cfg(test)]
mod tests {
    use super::parse_size;

    #[test]
    fn sizes_have_binary_units() {
        assert_eq!(parse_size("1024"), Ok(1024));
        assert_eq!(parse_size("500M"), Ok(500 << 20));
        assert_eq!(parse_size("2GiB"), Ok(2 << 30));
        for wrong in ["", "M", "1.5G", "10X", "99999999999999T"] {
            assert!(parse_size(wrong).is_err(), "{wrong}");
        }
    }
}
