//! The tables of a database, and the names of their columns.
//!
//! A table's description is the statement that made it. Only as much of SQL is understood as tells names apart from
//! constraints.

use super::{Database, Row, Value, btree};
use crate::formats::damage::Damage;

/// One table.
#[derive(Debug, Clone)]
pub(crate) struct Table {
    pub(crate) name: String,
    pub(super) root: u32,
    columns: Vec<String>,
}

impl Table {
    /// The index of a column; `None` where there is none.
    pub(crate) fn column(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|column| column.eq_ignore_ascii_case(name))
    }
}

/// All tables that have row numbers.
pub(super) fn read(database: &Database<'_>, damage: &mut Damage) -> Vec<Table> {
    let mut tables = Vec::new();
    let mut odd = Vec::new();
    btree::walk(database, 1, damage, &mut |row| match entry(&row) {
        Some(Some(table)) => tables.push(table),
        Some(None) => {}
        None => odd.push(row.number),
    });
    for number in odd {
        damage.note("descriptions of tables that cannot be read", format!("row {number}"));
    }
    tables
}

/// The table that a row of the schema describes; `Some(None)` where it describes something else.
fn entry(row: &Row<'_>) -> Option<Option<Table>> {
    match row.value(0)? {
        Value::Text(b"table") => {}
        Value::Text(b"index" | b"trigger" | b"view") => return Some(None),
        Value::Text(_) | Value::Null | Value::Integer(_) | Value::Real | Value::Blob(_) => return None,
    }
    let (Value::Text(name), Value::Integer(root), Value::Text(sql)) =
        (row.value(1)?, row.value(3)?, row.value(4)?)
    else {
        return None;
    };
    let (name, sql) = (std::str::from_utf8(name).ok()?, std::str::from_utf8(sql).ok()?);
    if root == 0 {
        // A virtual table.
        return Some(None);
    }
    let root = u32::try_from(root).ok()?;
    Some(Some(Table { name: name.to_owned(), root, columns: columns(sql) }))
}

/// The names of the columns, in their order.
fn columns(sql: &str) -> Vec<String> {
    let tokens = tokens(sql);
    let mut columns = Vec::new();
    let (mut depth, mut is_first) = (0_usize, false);
    for token in &tokens {
        match token {
            Token::Mark('(') => {
                depth += 1;
                is_first = depth == 1;
            }
            Token::Mark(')') if depth == 1 => break,
            Token::Mark(')') => depth = depth.saturating_sub(1),
            Token::Mark(',') if depth == 1 => is_first = true,
            Token::Word(word) if is_first => {
                is_first = false;
                let constraints = ["CONSTRAINT", "PRIMARY", "UNIQUE", "CHECK", "FOREIGN"];
                if !constraints.iter().any(|constraint| word.eq_ignore_ascii_case(constraint)) {
                    columns.push(word.clone());
                }
            }
            Token::Quoted(name) if is_first => {
                is_first = false;
                columns.push(name.clone());
            }
            Token::Word(_) | Token::Quoted(_) | Token::Mark(_) => {}
        }
    }
    columns
}

enum Token {
    Word(String),
    Quoted(String),
    Mark(char),
}

fn tokens(sql: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut characters = sql.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '"' | '\'' | '`' | '[' => {
                let end = if character == '[' { ']' } else { character };
                tokens.push(Token::Quoted(characters.by_ref().take_while(|&one| one != end).collect()));
            }
            '-' if characters.peek() == Some(&'-') => {
                characters.by_ref().take_while(|&one| one != '\n').for_each(drop);
            }
            '/' if characters.next_if_eq(&'*').is_some() => {
                let mut star = false;
                characters
                    .by_ref()
                    .take_while(|&one| !(std::mem::replace(&mut star, one == '*') && one == '/'))
                    .for_each(drop);
            }
            one if one.is_whitespace() => {}
            one if one.is_alphanumeric() || one == '_' => {
                let mut word = String::from(one);
                while let Some(more) = characters.next_if(|one| one.is_alphanumeric() || *one == '_') {
                    word.push(more);
                }
                tokens.push(Token::Word(word));
            }
            mark => tokens.push(Token::Mark(mark)),
        }
    }
    tokens
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_told_apart_from_constraints_and_comments() {
        let sql = "CREATE TABLE \"a (b\" (id INTEGER PRIMARY KEY, -- x, y\n\"check\" TEXT NOT NULL, /* c, (d */ [e] NUMERIC(1, 2) DEFAULT (3), FOREIGN KEY(id) REFERENCES x(y), UNIQUE (id))";
        assert_eq!(columns(sql), ["id", "check", "e"]);
        assert_eq!(columns("CREATE TABLE 'Packages' (hnum INTEGER, blob BLOB NOT NULL)"), ["hnum", "blob"]);
        assert_eq!(columns("nothing"), [""; 0]);
    }
}
