-- The entries of a notification come in several transactions; nobody sees it before it is complete. A program of the version
-- before stores all in one: what it makes is complete.
ALTER TABLE notification ADD COLUMN complete BIGINT NOT NULL DEFAULT 1;
CREATE INDEX notification_incomplete ON notification (created_at) WHERE complete = 0;
