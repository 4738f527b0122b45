//! Directory listings of web servers (nginx, Apache, lighttpd, Python): the names in their links.

/// The names of files and folders that a listing page links to, without slashes, sorted. `path` is the page's own.
pub(super) fn names(page: &str, path: &str) -> Vec<String> {
    let mut names: Vec<String> = hrefs(page).filter_map(|href| name_of(&href, path)).collect();
    names.sort();
    names.dedup();
    names
}

fn hrefs(page: &str) -> impl Iterator<Item = String> {
    page.split(['<', '>']).filter(|tag| tag.starts_with(['a', 'A'])).filter_map(|tag| {
        let lower = tag.to_ascii_lowercase();
        let value = tag.get(lower.find("href=")? + "href=".len()..)?;
        let quote = value.chars().next().filter(|quote| matches!(quote, '"' | '\''));
        let quoted = quote.and_then(|quote| value.get(1..)?.split_once(quote)).map(|(href, _)| href);
        let href = quoted.or_else(|| value.split_ascii_whitespace().next())?;
        decode(&href.replace("&amp;", "&"))
    })
}

/// The name that a link within a listing stands for. `None` for links to elsewhere: up, sorted otherwise, other sites.
fn name_of(href: &str, path: &str) -> Option<String> {
    let href = href.strip_prefix("./").or_else(|| href.strip_prefix(path)).unwrap_or(href);
    let name = href.strip_suffix('/').unwrap_or(href);
    let plain =
        !name.is_empty() && !name.starts_with('.') && !name.contains(['/', '\\', ':', '?', '#', '\0']);
    plain.then(|| name.to_owned())
}

/// Resolves percent signs. `None` where the result is no text, which is no name of a feed either.
fn decode(text: &str) -> Option<String> {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        let hex = after.get(..2).filter(|_| byte == b'%').and_then(|digits| std::str::from_utf8(digits).ok());
        let decoded = hex.and_then(|digits| u8::from_str_radix(digits, 16).ok());
        rest = if decoded.is_some() { after.get(2..).unwrap_or_default() } else { after };
        bytes.push(decoded.unwrap_or(byte));
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_listings_of_common_servers_are_read() {
        let nginx = r#"<html><head><title>Index of /</title></head><body><h1>Index of /</h1><hr><pre><a href="../">../</a>
<a href="edge/">edge/</a>     01-Jan-2024 00:00    -
<a href="v3.16/">v3.16/</a>   01-Jan-2024 00:00    -
<a href="last-update">last-update</a>  01-Jan-2024 00:00   11
</pre><hr></body></html>"#;
        assert_eq!(names(nginx, "/"), ["edge", "last-update", "v3.16"]);
        let python = r#"<ul><li><a href="main.json">main.json</a></li><li><a href="a%20b%2B.json">a b+.json</a></li></ul>"#;
        assert_eq!(names(python, "/v3.16/"), ["a b+.json", "main.json"]);
        let apache = r#"<a href="?C=N;O=D">Name</a> <a href="/">Parent</a> <A HREF='/mirror/x/v3.1/'>v3.1</A> <a href="https://x/">x</a>"#;
        assert_eq!(names(apache, "/mirror/x/"), ["v3.1"]);
    }

    #[test]
    fn names_that_lead_elsewhere_are_none() {
        let page =
            r#"<a href="%2e%2e/">a</a><a href="..%2fetc/">b</a><a href="%ff/">c</a><a href=plain>d</a>"#;
        assert_eq!(names(page, "/"), ["plain"]);
    }
}
