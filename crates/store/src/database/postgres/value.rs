//! Values as PostgreSQL sends and takes them.

use std::error::Error;

use tokio_postgres::types::{IsNull, ToSql, Type, private::BytesMut, to_sql_checked};

use super::super::{Problem, Row, Value};

impl ToSql for Value {
    fn to_sql(&self, kind: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        match self {
            Self::Null => Ok(IsNull::Yes),
            Self::Integer(number) if *kind == Type::INT4 => i32::try_from(*number)?.to_sql(kind, out),
            Self::Integer(number) if *kind == Type::INT8 => number.to_sql(kind, out),
            Self::Text(text) if is_text(kind) => text.to_sql(kind, out),
            Self::Bytes(bytes) if *kind == Type::BYTEA => bytes.to_sql(kind, out),
            Self::Integer(_) => Err(format!("a number for {kind}").into()),
            Self::Text(_) => Err(format!("a text for {kind}").into()),
            Self::Bytes(_) => Err(format!("bytes for {kind}").into()),
        }
    }

    fn accepts(kind: &Type) -> bool {
        *kind == Type::INT4 || *kind == Type::INT8 || *kind == Type::BYTEA || is_text(kind)
    }

    to_sql_checked!();
}

fn is_text(kind: &Type) -> bool {
    *kind == Type::TEXT || *kind == Type::VARCHAR || *kind == Type::NAME
}

/// A row, by the types of its columns.
pub(super) fn row(row: &tokio_postgres::Row) -> Result<Row, Problem> {
    let columns = row.columns().iter().enumerate();
    let values = columns.map(|(place, column)| value(row, place, column.type_()));
    values.collect::<Result<_, _>>().map(Row)
}

fn value(row: &tokio_postgres::Row, column: usize, kind: &Type) -> Result<Value, Problem> {
    let failed = |error: tokio_postgres::Error| Problem::refused(format!("column {column}: {error}"));
    Ok(if *kind == Type::INT8 {
        row.try_get::<_, Option<i64>>(column).map_err(failed)?.into()
    } else if *kind == Type::INT4 {
        row.try_get::<_, Option<i32>>(column).map_err(failed)?.map(i64::from).into()
    } else if *kind == Type::BOOL {
        row.try_get::<_, Option<bool>>(column).map_err(failed)?.into()
    } else if is_text(kind) {
        row.try_get::<_, Option<String>>(column).map_err(failed)?.into()
    } else if *kind == Type::BYTEA {
        row.try_get::<_, Option<Vec<u8>>>(column).map_err(failed)?.into()
    } else {
        return Err(Problem::refused(format!("column {column} is of the type {kind}")));
    })
}
