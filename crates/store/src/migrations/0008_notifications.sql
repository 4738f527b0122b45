-- Images that were put into a repository when their findings were known already: who wants to be told there is told of all of them.
CREATE TABLE repository_untold (
    repository BIGINT NOT NULL REFERENCES repository (number) ON DELETE CASCADE,
    digest TEXT /*postgres COLLATE "C"*/ NOT NULL,
    PRIMARY KEY (repository, digest)
) /*sqlite WITHOUT ROWID*/;
CREATE INDEX repository_untold_digest ON repository_untold (digest);

-- The group of the provider of sign-in whose people are taken into a team.
CREATE TABLE team_group (
    team BIGINT PRIMARY KEY REFERENCES team (number) ON DELETE CASCADE,
    name TEXT /*postgres COLLATE "C"*/ NOT NULL
);
CREATE INDEX team_group_name ON team_group (name);

-- Who is in a team because of its group, and leaves it with the group. Each is a member beside.
CREATE TABLE team_group_member (
    team BIGINT NOT NULL REFERENCES team (number) ON DELETE CASCADE,
    account BIGINT NOT NULL REFERENCES account (number) ON DELETE CASCADE,
    PRIMARY KEY (team, account)
) /*sqlite WITHOUT ROWID*/;
CREATE INDEX team_group_member_account ON team_group_member (account);

-- Sessions that are about to link their account to whom a provider of sign-in names, with the SHA-256 of what the answer must show.
CREATE TABLE sign_in_link (
    session TEXT /*postgres COLLATE "C"*/ PRIMARY KEY REFERENCES session (hash) ON DELETE CASCADE,
    state TEXT NOT NULL
);
