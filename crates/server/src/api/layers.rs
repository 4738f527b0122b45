//! Layers that a client sends, because this service cannot fetch them. Nothing of them is kept but their evidence.

use std::sync::Arc;

use axum::{
    body::Body,
    extract::{Path, State},
    http::StatusCode,
};

use crate::{
    engine::Engine,
    face::{BodyReader, digest, room, work},
    http::ApiError,
    indexing,
};

/// `HEAD layers/{digest}`: whether the layer need not be sent.
pub(super) async fn find(
    State(engine): State<Arc<Engine>>,
    Path(layer): Path<String>,
) -> Result<StatusCode, ApiError> {
    let layer = digest(&layer)?;
    let is_known = work(&engine, move |engine| indexing::has_layer(engine, &layer)).await?;
    Ok(if is_known { StatusCode::OK } else { StatusCode::NOT_FOUND })
}

/// `PUT layers/{digest}`: the layer's bytes as stored, verified against the digest.
pub(super) async fn receive(
    State(engine): State<Arc<Engine>>,
    Path(layer): Path<String>,
    body: Body,
) -> Result<StatusCode, ApiError> {
    let layer = digest(&layer)?;
    let room = room(&engine, 1)?;
    let mut body = BodyReader::new(body);
    let receive = move |engine: &Engine| {
        let received = indexing::receive_layer(engine, &layer, &mut body);
        drop(room);
        received
    };
    work(&engine, receive).await?;
    Ok(StatusCode::CREATED)
}
