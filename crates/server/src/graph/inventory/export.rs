//! Sending an export while it is read: pieces go out as they fill, and a slow client slows the
//! reading down instead of filling memory.

use std::io;
use std::ops::ControlFlow;
use std::sync::{Arc, Mutex, PoisonError};

use axum::body::Body;
use bytes::Bytes;
use identity::access::Caller;

use crate::app::App;
use crate::export::Format;
use crate::http::stream::{self, Sender};
use crate::operations::reports::{self, ExportRow};

/// Bytes that are collected before they are sent.
const PIECE: usize = 16 * 1024;

/// Starts an export, which goes on while its body is read.
pub(crate) fn started(app: App, caller: Caller, people_without: bool, format: Format) -> Body {
    let (sender, body) = stream::channel();
    tokio::spawn(async move {
        let writer = Arc::new(Mutex::new(Writer::new(format, sender.clone())));
        let own = Arc::clone(&writer);
        let take =
            move |row: ExportRow| own.lock().unwrap_or_else(PoisonError::into_inner).row(&row);
        let result = reports::export(&app, &caller, people_without, take).await;
        let last = match result {
            Ok(()) => Ok(writer.lock().unwrap_or_else(PoisonError::into_inner).end()),
            Err(error) => {
                tracing::error!(%error, "an export was broken off");
                Err(io::Error::other("the export was broken off"))
            }
        };
        // A reader that is gone has hung up.
        drop(sender.send(last).await);
    });
    body
}

/// Collects rows into pieces and sends them.
struct Writer {
    format: Format,
    buffer: String,
    is_first: bool,
    sender: Sender,
}

impl Writer {
    fn new(format: Format, sender: Sender) -> Self {
        Self { format, buffer: format.opening(), is_first: true, sender }
    }

    /// Takes a row; on a thread that may wait.
    fn row(&mut self, row: &ExportRow) -> ControlFlow<()> {
        self.buffer.push_str(&self.format.row(row, self.is_first));
        self.is_first = false;
        if self.buffer.len() < PIECE {
            return ControlFlow::Continue(());
        }
        let piece = std::mem::replace(&mut self.buffer, String::with_capacity(PIECE));
        match self.sender.blocking_send(Ok(Bytes::from(piece))) {
            Ok(()) => ControlFlow::Continue(()),
            Err(_) => ControlFlow::Break(()),
        }
    }

    /// The last piece.
    fn end(&mut self) -> Bytes {
        self.buffer.push_str(self.format.closing());
        Bytes::from(std::mem::take(&mut self.buffer))
    }
}

#[cfg(test)]
mod tests {
    use identity::UserId;
    use store::PersonLine;
    use tokio::sync::mpsc::channel;

    use super::*;

    fn row(name: &str) -> ExportRow {
        ExportRow::PersonWithout(PersonLine {
            id: UserId::new(uuid::Uuid::from_u128(7)),
            upn: "ana@example.org".to_owned(),
            display_name: name.to_owned(),
        })
    }

    #[test]
    fn the_pieces_are_the_whole_file_in_order() {
        for count in [0, 1, 2_000] {
            let (sender, mut pieces) = channel(1_000);
            let mut writer = Writer::new(Format::Json, sender);
            for number in 0..count {
                assert!(writer.row(&row(&number.to_string())).is_continue());
            }
            let last = writer.end();
            let mut whole = Vec::new();
            while let Ok(piece) = pieces.try_recv() {
                whole.extend_from_slice(&piece.unwrap());
            }
            whole.extend_from_slice(&last);
            let rows: Vec<serde_json::Value> = serde_json::from_slice(&whole).unwrap();
            assert_eq!(rows.len(), count);
            let names = rows.iter().map(|row| row["displayName"].as_str().unwrap().to_owned());
            assert!(names.eq((0..count).map(|number| number.to_string())));
        }
    }

    #[test]
    fn a_client_that_hung_up_stops_the_reading() {
        let (sender, pieces) = channel(1);
        drop(pieces);
        let mut writer = Writer::new(Format::Csv, sender);
        assert!(writer.row(&row(&"x".repeat(PIECE))).is_break());
    }
}
