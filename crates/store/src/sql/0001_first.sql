-- One text for both engines: UUID, BIGINT, BOOLEAN, BYTEA and TEXT are words that engine/dialect.rs
-- gives each engine's meaning; STRICT and WITHOUT ROWID are left out for PostgreSQL.
-- The tenant leads every primary key. Times are milliseconds since the Unix epoch.
-- WITHOUT ROWID keeps a row in its key's tree: for short rows, or rows that arrive in key order.

CREATE TABLE organisations (
    tenant_id UUID NOT NULL,
    -- Always 1, so that a database holds one organisation and first runs cannot race.
    slot BIGINT NOT NULL UNIQUE CHECK (slot = 1),
    display_name TEXT NOT NULL,
    domain TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id)
) STRICT, WITHOUT ROWID;

-- The link of the first start; exists before any organisation does.
CREATE TABLE first_run_links (
    slot BIGINT NOT NULL CHECK (slot = 1),
    digest BYTEA NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (slot)
) STRICT, WITHOUT ROWID;

-- Keys of the server itself, shared by all that run on this database.
CREATE TABLE server_keys (
    name TEXT NOT NULL,
    body BYTEA NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (name)
) STRICT, WITHOUT ROWID;

CREATE TABLE users (
    tenant_id UUID NOT NULL,
    id UUID NOT NULL,
    upn_folded TEXT NOT NULL,
    -- As it was written, when that differs from the folded form.
    upn TEXT,
    display_folded TEXT NOT NULL,
    display_name TEXT NOT NULL,
    enabled BOOLEAN NOT NULL,
    guest BOOLEAN NOT NULL,
    handle BYTEA NOT NULL,
    created_at BIGINT NOT NULL,
    sessions_valid_from BIGINT NOT NULL,
    version BIGINT NOT NULL,
    -- JSON; absent when there is nothing in it.
    details TEXT,
    PRIMARY KEY (tenant_id, id)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX users_by_upn ON users (tenant_id, upn_folded);
CREATE UNIQUE INDEX users_by_handle ON users (tenant_id, handle);
CREATE INDEX users_by_name ON users (tenant_id, display_folded, id);

CREATE TABLE groups (
    tenant_id UUID NOT NULL,
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
    PRIMARY KEY (tenant_id, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX groups_by_name ON groups (tenant_id, display_folded, id);

-- Users in groups.
CREATE TABLE memberships (
    tenant_id UUID NOT NULL,
    group_id UUID NOT NULL,
    user_id UUID NOT NULL,
    PRIMARY KEY (tenant_id, group_id, user_id),
    FOREIGN KEY (tenant_id, group_id) REFERENCES groups (tenant_id, id) ON DELETE CASCADE,
    FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
CREATE INDEX memberships_of_user ON memberships (tenant_id, user_id, group_id);

-- Groups in groups; circles are possible.
CREATE TABLE nestings (
    tenant_id UUID NOT NULL,
    group_id UUID NOT NULL,
    child_id UUID NOT NULL,
    PRIMARY KEY (tenant_id, group_id, child_id),
    FOREIGN KEY (tenant_id, group_id) REFERENCES groups (tenant_id, id) ON DELETE CASCADE,
    FOREIGN KEY (tenant_id, child_id) REFERENCES groups (tenant_id, id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
CREATE INDEX nestings_of_child ON nestings (tenant_id, child_id, group_id);

CREATE TABLE role_assignments (
    tenant_id UUID NOT NULL,
    id UUID NOT NULL,
    role UUID NOT NULL,
    user_id UUID,
    group_id UUID,
    PRIMARY KEY (tenant_id, id),
    CHECK ((user_id IS NULL) <> (group_id IS NULL)),
    FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id) ON DELETE CASCADE,
    FOREIGN KEY (tenant_id, group_id) REFERENCES groups (tenant_id, id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX roles_of_user ON role_assignments (tenant_id, user_id, role)
    WHERE user_id IS NOT NULL;
CREATE UNIQUE INDEX roles_of_group ON role_assignments (tenant_id, group_id, role)
    WHERE group_id IS NOT NULL;

CREATE TABLE passkeys (
    tenant_id UUID NOT NULL,
    credential_id BYTEA NOT NULL,
    user_id UUID NOT NULL,
    aaguid UUID NOT NULL,
    synced BOOLEAN NOT NULL,
    attested BOOLEAN NOT NULL,
    backed_up BOOLEAN NOT NULL,
    sign_count BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    last_used_at BIGINT,
    name TEXT NOT NULL,
    -- The standard's words, with spaces between them.
    transports TEXT NOT NULL,
    public_key BYTEA NOT NULL,
    PRIMARY KEY (tenant_id, credential_id),
    FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id) ON DELETE CASCADE
) STRICT;
CREATE INDEX passkeys_of_user ON passkeys (tenant_id, user_id);
-- Holds all that reports and previews read, sorted by class.
CREATE INDEX passkeys_by_class
    ON passkeys (tenant_id, aaguid, synced, attested, user_id, last_used_at);

-- What a passkey was judged by; apart, so that passkeys stay short.
CREATE TABLE attestations (
    tenant_id UUID NOT NULL,
    credential_id BYTEA NOT NULL,
    format TEXT NOT NULL,
    attestation_object BYTEA NOT NULL,
    client_data_json BYTEA NOT NULL,
    -- Each with its length before it, four bytes, big end first.
    certificates BYTEA NOT NULL,
    PRIMARY KEY (tenant_id, credential_id),
    FOREIGN KEY (tenant_id, credential_id)
        REFERENCES passkeys (tenant_id, credential_id) ON DELETE CASCADE
) STRICT;

CREATE TABLE policies (
    tenant_id UUID NOT NULL,
    name TEXT NOT NULL,
    version BIGINT NOT NULL,
    changed_at BIGINT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (tenant_id, name)
) STRICT, WITHOUT ROWID;

-- What was used up: a key that stands here works no more.
CREATE TABLE burned (
    tenant_id UUID NOT NULL,
    key BYTEA NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX burned_by_expiry ON burned (expires_at);

CREATE TABLE access_passes (
    tenant_id UUID NOT NULL,
    user_id UUID NOT NULL,
    id UUID NOT NULL,
    secret_hash TEXT NOT NULL,
    starts_at BIGINT NOT NULL,
    lifetime_minutes BIGINT NOT NULL,
    once BOOLEAN NOT NULL,
    created_at BIGINT NOT NULL,
    used_at BIGINT,
    PRIMARY KEY (tenant_id, user_id),
    FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX access_passes_by_id ON access_passes (tenant_id, id);

CREATE TABLE sessions (
    tenant_id UUID NOT NULL,
    id BYTEA NOT NULL,
    user_id UUID NOT NULL,
    authenticated_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    -- With this passkey, or with this pass.
    credential_id BYTEA,
    pass_id UUID,
    pass_once BOOLEAN,
    PRIMARY KEY (tenant_id, id),
    CHECK ((pass_id IS NULL) = (pass_once IS NULL)),
    CHECK ((pass_id IS NULL) <> (credential_id IS NULL)),
    FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
CREATE INDEX sessions_of_user ON sessions (tenant_id, user_id);
CREATE INDEX sessions_by_expiry ON sessions (expires_at);

CREATE TABLE sign_in_failures (
    tenant_id UUID NOT NULL,
    user_id UUID NOT NULL,
    failures BIGINT NOT NULL,
    since BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, user_id),
    FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

CREATE TABLE applications (
    tenant_id UUID NOT NULL,
    id UUID NOT NULL,
    client_id UUID NOT NULL,
    display_name TEXT NOT NULL,
    secret_digest BYTEA NOT NULL,
    -- Names, with spaces between them.
    permissions TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, id)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX applications_by_client ON applications (tenant_id, client_id);

-- The two logs: in order of time, and without a foreign key, because they outlive what they name.
CREATE TABLE audit (
    tenant_id UUID NOT NULL,
    at BIGINT NOT NULL,
    id UUID NOT NULL,
    activity TEXT NOT NULL,
    correlation UUID NOT NULL,
    -- Code of the refusal; absent for a success.
    refusal TEXT,
    body TEXT NOT NULL,
    PRIMARY KEY (tenant_id, at, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE sign_ins (
    tenant_id UUID NOT NULL,
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
    PRIMARY KEY (tenant_id, at, id)
) STRICT, WITHOUT ROWID;
