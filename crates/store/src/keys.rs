//! Keys of the server itself: made by whichever server comes first, shared by all that run on the
//! same database.

use crate::engine::Conn;
use crate::engine::fault::Fault;
use crate::engine::value::Value;
use webauthn::Timestamp;

const READ: &str = "SELECT name, body FROM server_keys WHERE name = $1";
const INSERT: &str = "INSERT INTO server_keys (name, body, created_at) VALUES ($1, $2, $3) \
     ON CONFLICT DO NOTHING";

/// The key of this name, if it was made.
pub(crate) fn read(conn: &mut Conn, name: &str) -> Result<Option<Vec<u8>>, Fault> {
    conn.first(READ, &[name.into()], |row| {
        row.of("server_keys").text("name")?;
        row.bytes("body")
    })
}

/// Makes the key of this name unless somebody was faster.
pub(crate) fn insert(
    conn: &mut Conn,
    name: &str,
    fresh: &[u8],
    at: Timestamp,
) -> Result<(), Fault> {
    let values: [Value; 3] = [name.into(), fresh.into(), at.into()];
    conn.execute(INSERT, &values)?;
    Ok(())
}
