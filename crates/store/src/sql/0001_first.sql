-- One text for both engines: UUID, BIGINT, BOOLEAN, BYTEA and TEXT are words that engine/dialect.rs
-- gives each engine's meaning; STRICT and WITHOUT ROWID are left out for PostgreSQL.
-- Times are milliseconds since the Unix epoch.
-- The tenant leads every primary key: the number of an organisation in this database. A number,
-- because it stands in every row of every index; the organisation's own id stands in one row.
-- WITHOUT ROWID keeps a row in its key's tree: for short rows, or rows that arrive in key order.

CREATE TABLE organisations (
    -- Always 1: a database holds one organisation, and first runs cannot race.
    tenant BIGINT NOT NULL CHECK (tenant = 1),
    id UUID NOT NULL,
    display_name TEXT NOT NULL,
    domain TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (tenant)
) STRICT, WITHOUT ROWID;

-- The link of the first start.
CREATE TABLE first_run_links (
    tenant BIGINT NOT NULL,
    digest BYTEA NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (tenant)
) STRICT, WITHOUT ROWID;

-- Keys of the server itself, shared by all that run on this database.
CREATE TABLE server_keys (
    tenant BIGINT NOT NULL,
    name TEXT NOT NULL,
    body BYTEA NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (tenant, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE users (
    tenant BIGINT NOT NULL,
    id UUID NOT NULL,
    upn_folded TEXT NOT NULL,
    -- As it was written, when that differs from the folded form.
    upn TEXT,
    display_folded TEXT NOT NULL,
    display_name TEXT NOT NULL,
    enabled BOOLEAN NOT NULL,
    guest BOOLEAN NOT NULL,
    -- 32 random bytes or more: never looked up, and no two are alike without an index to say so.
    handle BYTEA NOT NULL,
    created_at BIGINT NOT NULL,
    sessions_valid_from BIGINT NOT NULL,
    version BIGINT NOT NULL,
    -- JSON; absent when there is nothing in it.
    details TEXT,
    PRIMARY KEY (tenant, id)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX users_by_upn ON users (tenant, upn_folded);
CREATE INDEX users_by_name ON users (tenant, display_folded, id);
CREATE INDEX users_disabled ON users (tenant, id) WHERE enabled = FALSE;

CREATE TABLE groups (
    tenant BIGINT NOT NULL,
    id UUID NOT NULL,
    display_folded TEXT NOT NULL,
    display_name TEXT NOT NULL,
    description TEXT,
    mail_nickname TEXT NOT NULL,
    security BOOLEAN NOT NULL,
    mail BOOLEAN NOT NULL,
    role_assignable BOOLEAN NOT NULL,
    created_at BIGINT NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (tenant, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX groups_by_name ON groups (tenant, display_folded, id);

-- Users in groups.
CREATE TABLE memberships (
    tenant BIGINT NOT NULL,
    group_id UUID NOT NULL,
    user_id UUID NOT NULL,
    PRIMARY KEY (tenant, group_id, user_id),
    FOREIGN KEY (tenant, group_id) REFERENCES groups (tenant, id) ON DELETE CASCADE,
    FOREIGN KEY (tenant, user_id) REFERENCES users (tenant, id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
CREATE INDEX memberships_of_user ON memberships (tenant, user_id, group_id);

-- Groups in groups; circles are possible.
CREATE TABLE nestings (
    tenant BIGINT NOT NULL,
    group_id UUID NOT NULL,
    child_id UUID NOT NULL,
    PRIMARY KEY (tenant, group_id, child_id),
    FOREIGN KEY (tenant, group_id) REFERENCES groups (tenant, id) ON DELETE CASCADE,
    FOREIGN KEY (tenant, child_id) REFERENCES groups (tenant, id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
CREATE INDEX nestings_of_child ON nestings (tenant, child_id, group_id);

CREATE TABLE role_assignments (
    tenant BIGINT NOT NULL,
    id UUID NOT NULL,
    role UUID NOT NULL,
    user_id UUID,
    group_id UUID,
    PRIMARY KEY (tenant, id),
    CHECK ((user_id IS NULL) <> (group_id IS NULL)),
    FOREIGN KEY (tenant, user_id) REFERENCES users (tenant, id) ON DELETE CASCADE,
    FOREIGN KEY (tenant, group_id) REFERENCES groups (tenant, id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX roles_of_user ON role_assignments (tenant, user_id, role)
    WHERE user_id IS NOT NULL;
CREATE UNIQUE INDEX roles_of_group ON role_assignments (tenant, group_id, role)
    WHERE group_id IS NOT NULL;

-- A person's passkeys lie together: a report reads the table once, in the order of people, and
-- nothing that a sign-in changes stands in an index.
CREATE TABLE passkeys (
    tenant BIGINT NOT NULL,
    user_id UUID NOT NULL,
    credential_id BYTEA NOT NULL,
    aaguid UUID NOT NULL,
    synced BOOLEAN NOT NULL,
    attested BOOLEAN NOT NULL,
    backed_up BOOLEAN NOT NULL,
    sign_count BIGINT NOT NULL,
    last_used_at BIGINT,
    created_at BIGINT NOT NULL,
    name TEXT NOT NULL,
    -- The standard's words, with spaces between them.
    transports TEXT NOT NULL,
    public_key BYTEA NOT NULL,
    PRIMARY KEY (tenant, user_id, credential_id),
    UNIQUE (tenant, credential_id),
    FOREIGN KEY (tenant, user_id) REFERENCES users (tenant, id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

-- What a passkey was judged by; apart, so that passkeys stay short.
CREATE TABLE attestations (
    tenant BIGINT NOT NULL,
    credential_id BYTEA NOT NULL,
    format TEXT NOT NULL,
    attestation_object BYTEA NOT NULL,
    client_data_json BYTEA NOT NULL,
    -- Each with its length before it, four bytes, big end first.
    certificates BYTEA NOT NULL,
    PRIMARY KEY (tenant, credential_id),
    FOREIGN KEY (tenant, credential_id)
        REFERENCES passkeys (tenant, credential_id) ON DELETE CASCADE
) STRICT;

CREATE TABLE policies (
    tenant BIGINT NOT NULL,
    name TEXT NOT NULL,
    version BIGINT NOT NULL,
    changed_at BIGINT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (tenant, name)
) STRICT, WITHOUT ROWID;

-- What was used up: a key that stands here works no more.
CREATE TABLE burned (
    tenant BIGINT NOT NULL,
    key BYTEA NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (tenant, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX burned_by_expiry ON burned (tenant, expires_at);

CREATE TABLE access_passes (
    tenant BIGINT NOT NULL,
    user_id UUID NOT NULL,
    id UUID NOT NULL,
    secret_hash TEXT NOT NULL,
    starts_at BIGINT NOT NULL,
    lifetime_minutes BIGINT NOT NULL,
    once BOOLEAN NOT NULL,
    created_at BIGINT NOT NULL,
    used_at BIGINT,
    PRIMARY KEY (tenant, user_id),
    FOREIGN KEY (tenant, user_id) REFERENCES users (tenant, id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX access_passes_by_id ON access_passes (tenant, id);

CREATE TABLE sessions (
    tenant BIGINT NOT NULL,
    id BYTEA NOT NULL,
    user_id UUID NOT NULL,
    authenticated_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    -- With this passkey, or with this pass.
    credential_id BYTEA,
    pass_id UUID,
    pass_once BOOLEAN,
    PRIMARY KEY (tenant, id),
    CHECK ((pass_id IS NULL) = (pass_once IS NULL)),
    CHECK ((pass_id IS NULL) <> (credential_id IS NULL)),
    FOREIGN KEY (tenant, user_id) REFERENCES users (tenant, id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
CREATE INDEX sessions_of_user ON sessions (tenant, user_id);
CREATE INDEX sessions_by_expiry ON sessions (tenant, expires_at);

CREATE TABLE sign_in_failures (
    tenant BIGINT NOT NULL,
    user_id UUID NOT NULL,
    failures BIGINT NOT NULL,
    since BIGINT NOT NULL,
    PRIMARY KEY (tenant, user_id),
    FOREIGN KEY (tenant, user_id) REFERENCES users (tenant, id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

CREATE TABLE applications (
    tenant BIGINT NOT NULL,
    id UUID NOT NULL,
    client_id UUID NOT NULL,
    display_name TEXT NOT NULL,
    secret_digest BYTEA NOT NULL,
    -- Names, with spaces between them.
    permissions TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (tenant, id)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX applications_by_client ON applications (tenant, client_id);

-- The two logs: in order of time, and without a foreign key, because they outlive what they name.
CREATE TABLE audit (
    tenant BIGINT NOT NULL,
    at BIGINT NOT NULL,
    id UUID NOT NULL,
    activity TEXT NOT NULL,
    correlation UUID NOT NULL,
    -- Code of the refusal; absent for a success.
    refusal TEXT,
    body TEXT NOT NULL,
    PRIMARY KEY (tenant, at, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE sign_ins (
    tenant BIGINT NOT NULL,
    at BIGINT NOT NULL,
    id UUID NOT NULL,
    method TEXT NOT NULL,
    user_id UUID,
    upn TEXT,
    credential_id BYTEA,
    aaguid UUID,
    -- Code and text of the refusal; absent for a success.
    refusal TEXT,
    reason TEXT,
    decided_by TEXT NOT NULL,
    correlation UUID NOT NULL,
    ip TEXT,
    user_agent TEXT,
    PRIMARY KEY (tenant, at, id)
) STRICT, WITHOUT ROWID;
