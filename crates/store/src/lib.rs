//! The only SQL: one text for SQLite and PostgreSQL, facts in, guarded changes out.
//!
//! [`Store::read`] gives one consistent [`Snapshot`], whose methods stand in the file of each table
//! (`users` … `reports`) and in `facts`, which reads all that one decision needs. Decisions are
//! taken outside of any transaction. [`Store::commit`] hands their changes to a committer, which
//! writes many units in one durable commit (`commit`, `apply`). The engines meet below the
//! statements, in `engine`. Nothing here reads a clock, an environment or a setting.

mod engine;
mod error;

mod migrate;
mod pool;
mod tx;

mod body;
mod cache;
mod class;
mod log;
mod page;
mod scan;

mod access_passes;
mod applications;
mod audit;
mod groups;
mod keys;
mod organisations;
mod passkeys;
mod policies;
mod reports;
mod sessions;
mod sign_ins;
mod users;

mod apply;
mod backup;
mod check;
mod commit;
mod facts;
mod store;

pub use apply::Guard;
pub use commit::CommitError;
pub use engine::{Engine, Location};
pub use error::StoreError;
pub use groups::GroupQuery;
pub use log::{LogPage, LogRequest};
pub use page::{After, PAGE_MAX, Page, PageRequest};
pub use reports::{Fate, ImpactCount, ImpactPage, PasskeyLine, PersonLine};
pub use scan::CheckReport;
pub use store::{Metrics, Options, Store};
pub use tx::Snapshot;
pub use users::{UserName, UserQuery};
