//! Erlang terms as they are written in files: one term, a dot, and nothing after it.
//!
//! Terms are taken apart as far as anything is read of them; a file that is cut off, or has something else in it, is refused.
//!
//! Source of the grammar: Erlang/OTP's documentation, “Reference Manual: Data Types, Character Set and Source File Encoding”.

use super::limits::MOST_DEPTH;

/// A term.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Term {
    Atom(String),
    /// A list of characters in quotes.
    Text(String),
    Tuple(Vec<Self>),
    List(Vec<Self>),
    /// A number, a binary, a map: nothing is read of these.
    Other,
}

/// Why a text is no term, for people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum Fault {
    #[error("it is cut off")]
    CutOff,
    #[error("it is no term of Erlang")]
    NoTerm,
    #[error("something follows its end")]
    GoesOn,
    #[error("its parts are too deep within each other")]
    TooDeep,
}

/// Reads the one term of a file.
pub(super) fn read(text: &str) -> Result<Term, Fault> {
    let mut reader = Reader { rest: text };
    let term = reader.term(0)?;
    match reader.token()? {
        Some(Token::Mark('.')) => {}
        Some(_) => return Err(Fault::NoTerm),
        None => return Err(Fault::CutOff),
    }
    match reader.token()? {
        None => Ok(term),
        Some(_) => Err(Fault::GoesOn),
    }
}

#[derive(Debug, PartialEq, Eq)]
enum Token {
    Atom(String),
    Text(String),
    Number,
    /// One character that stands for itself.
    Mark(char),
}

struct Reader<'a> {
    rest: &'a str,
}

impl Reader<'_> {
    fn term(&mut self, depth: usize) -> Result<Term, Fault> {
        if depth > MOST_DEPTH {
            return Err(Fault::TooDeep);
        }
        match self.token()?.ok_or(Fault::CutOff)? {
            Token::Atom(name) => Ok(Term::Atom(name)),
            Token::Text(text) => self.more_text(text),
            Token::Number => Ok(Term::Other),
            Token::Mark('-' | '+') => match self.token()?.ok_or(Fault::CutOff)? {
                Token::Number => Ok(Term::Other),
                Token::Atom(_) | Token::Text(_) | Token::Mark(_) => Err(Fault::NoTerm),
            },
            Token::Mark('{') => Ok(Term::Tuple(self.terms('}', depth)?)),
            Token::Mark('[') => Ok(Term::List(self.terms(']', depth)?)),
            Token::Mark('#') => self.expect('{').and_then(|()| self.terms('}', depth)).map(|_| Term::Other),
            Token::Mark('<') => {
                self.expect('<')?;
                self.terms('>', depth)?;
                self.expect('>').map(|()| Term::Other)
            }
            Token::Mark(_) => Err(Fault::NoTerm),
        }
    }

    /// Texts that follow each other are one.
    fn more_text(&mut self, mut text: String) -> Result<Term, Fault> {
        loop {
            let before = self.rest;
            match self.token()? {
                Some(Token::Text(more)) => text.push_str(&more),
                Some(Token::Atom(_) | Token::Number | Token::Mark(_)) | None => {
                    self.rest = before;
                    return Ok(Term::Text(text));
                }
            }
        }
    }

    /// Terms up to an end, with what stands between them in tuples, lists, maps and binaries.
    fn terms(&mut self, end: char, depth: usize) -> Result<Vec<Term>, Fault> {
        let mut terms = Vec::new();
        loop {
            let before = self.rest;
            match self.token()?.ok_or(Fault::CutOff)? {
                Token::Mark(mark) if mark == end => return Ok(terms),
                Token::Mark(',' | '|' | '=' | ':' | '/') => {}
                // The arrow of a map.
                Token::Mark('>') if end == '}' => {}
                Token::Atom(_) | Token::Text(_) | Token::Number | Token::Mark(_) => {
                    self.rest = before;
                    terms.push(self.term(depth + 1)?);
                }
            }
        }
    }

    fn expect(&mut self, mark: char) -> Result<(), Fault> {
        match self.token()? {
            Some(token) if token == Token::Mark(mark) => Ok(()),
            Some(_) => Err(Fault::NoTerm),
            None => Err(Fault::CutOff),
        }
    }

    fn token(&mut self) -> Result<Option<Token>, Fault> {
        self.skip();
        let Some(first) = self.rest.chars().next() else { return Ok(None) };
        let token = match first {
            '"' => Token::Text(self.quoted('"')?),
            '\'' => Token::Atom(self.quoted('\'')?),
            '$' => {
                // One character, perhaps behind a backslash.
                let mut characters = self.rest.chars().skip(1);
                let length = match characters.next().ok_or(Fault::CutOff)? {
                    '\\' => 2 + characters.next().ok_or(Fault::CutOff)?.len_utf8(),
                    one => 1 + one.len_utf8(),
                };
                self.take(length);
                Token::Number
            }
            '0'..='9' => {
                self.take_number();
                Token::Number
            }
            _ if first.is_alphabetic() || first == '_' => {
                let is_part = |one: char| one.is_alphanumeric() || matches!(one, '_' | '@');
                let length = self.rest.find(|one| !is_part(one)).unwrap_or(self.rest.len());
                Token::Atom(self.take(length).to_owned())
            }
            _ => {
                self.take(first.len_utf8());
                Token::Mark(first)
            }
        };
        Ok(Some(token))
    }

    /// Blanks and comments.
    fn skip(&mut self) {
        loop {
            self.rest = self.rest.trim_start();
            if !self.rest.starts_with('%') {
                return;
            }
            let line = self.rest.find('\n').unwrap_or(self.rest.len());
            self.take(line);
        }
    }

    /// Digits, also of other bases, and a fraction: a dot that no digit follows is the end of the term.
    fn take_number(&mut self) {
        loop {
            let is_part = |one: char| one.is_alphanumeric() || matches!(one, '_' | '#');
            let length = self.rest.find(|one| !is_part(one)).unwrap_or(self.rest.len());
            self.take(length);
            let after_dot = self.rest.strip_prefix('.').and_then(|rest| rest.chars().next());
            if !after_dot.is_some_and(|next| next.is_ascii_digit()) {
                return;
            }
            self.take(1);
        }
    }

    /// What stands in quotes. A character behind a backslash is taken as it is: names and versions have none.
    fn quoted(&mut self, quote: char) -> Result<String, Fault> {
        let mut text = String::new();
        let mut characters = self.rest.char_indices().skip(1);
        while let Some((place, character)) = characters.next() {
            if character == quote {
                self.take(place + 1);
                return Ok(text);
            }
            text.push(match character {
                '\\' => characters.next().ok_or(Fault::CutOff)?.1,
                plain => plain,
            });
        }
        Err(Fault::CutOff)
    }

    fn take(&mut self, length: usize) -> &str {
        let (taken, rest) = self.rest.split_at_checked(length).unwrap_or((self.rest, ""));
        self.rest = rest;
        taken
    }
}

#[cfg(test)]
mod tests;
