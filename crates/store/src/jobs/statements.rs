//! The statements of jobs.
//!
//! A job that is submitted while it runs takes over the whole row at once, all but its state: the worker has what it needs,
//! and goes on. `again` says that the row tells of another submission than the one that runs.

pub(super) const INSERT: &str = "
    INSERT INTO job (id, lane, requires, priority, payload, run_at, kind, key,
        state, again, attempts, fence, worker, error, created_at, changed_at)
    VALUES ($1, $2, $3, $4, $5, limpid_now() + $6, $7, $8,
        'queued', 0, 0, 0, '', '', limpid_now(), limpid_now())
    ON CONFLICT (kind, key) DO NOTHING
    RETURNING id";

/// Tells as well whether the row is of a submission that was not begun yet.
pub(super) const LOCK: &str = "
    SELECT id, CASE WHEN state = 'queued' OR again = 1 THEN 1 ELSE 0 END FROM job
    WHERE kind = $1 AND key = $2
    /*postgres FOR UPDATE*/";

pub(super) const LOCK_RUNNING: &str = "
    SELECT 1 FROM job WHERE kind = $1 AND key = $2 AND state = 'running'
    /*postgres FOR UPDATE*/";

pub(super) const SUBMIT_WAITING: &str = "
    UPDATE job SET lane = $2, requires = $3, payload = $5,
        priority = CASE WHEN priority < $4 THEN $4 ELSE priority END,
        run_at = CASE WHEN run_at > limpid_now() + $6 THEN limpid_now() + $6 ELSE run_at END,
        changed_at = limpid_now()
    WHERE id = $1";

pub(super) const SUBMIT_ANEW: &str = "
    UPDATE job SET lane = $2, requires = $3, priority = $4, payload = $5, run_at = limpid_now() + $6,
        again = CASE WHEN state = 'running' THEN 1 ELSE 0 END,
        state = CASE WHEN state = 'running' THEN state ELSE 'queued' END,
        attempts = CASE WHEN state = 'running' THEN attempts ELSE 0 END,
        error = CASE WHEN state = 'running' THEN error ELSE '' END,
        finished_at = NULL, created_at = limpid_now(), changed_at = limpid_now()
    WHERE id = $1";

pub(super) const NEXT: &str = "
    SELECT id, priority, created_at FROM job
    WHERE kind = $1 AND lane = $2 AND finished_at IS NULL
        AND (requires = '' OR requires = $3)
        AND run_at <= limpid_now() AND (held_until IS NULL OR held_until <= limpid_now())
    ORDER BY priority DESC, created_at, id
    LIMIT 1";

/// Passes over what others lock: they are claiming it.
pub(super) const LOCK_NEXT: &str = "
    SELECT id FROM job
    WHERE kind = $1 AND lane = $2 AND finished_at IS NULL
        AND (requires = '' OR requires = $3)
        AND run_at <= limpid_now() AND (held_until IS NULL OR held_until <= limpid_now())
    ORDER BY priority DESC, created_at, id
    LIMIT 1
    /*postgres FOR UPDATE SKIP LOCKED*/";

pub(super) const CLAIM: &str = "
    UPDATE job SET state = 'running', again = 0, attempts = attempts + 1, fence = fence + 1, worker = $2,
        held_until = limpid_now() + $3, changed_at = limpid_now()
    WHERE id = $1
    RETURNING key, lane, payload, attempts, fence";

pub(super) const RENEW: &str = "
    UPDATE job SET held_until = limpid_now() + $3
    WHERE id = $1 AND fence = $2 AND state = 'running'";

pub(super) const END: &str = "
    UPDATE job SET
        state = CASE WHEN again = 1 THEN 'queued' ELSE $3 END,
        payload = CASE WHEN again = 1 THEN payload END,
        attempts = CASE WHEN again = 1 THEN 0 ELSE attempts END,
        finished_at = CASE WHEN again = 1 THEN NULL ELSE limpid_now() END,
        error = $4, again = 0, held_until = NULL, changed_at = limpid_now()
    WHERE id = $1 AND fence = $2 AND state = 'running'";

pub(super) const RETRY: &str = "
    UPDATE job SET state = 'queued', error = $3,
        run_at = CASE WHEN again = 1 AND run_at < limpid_now() + $4 THEN run_at ELSE limpid_now() + $4 END,
        again = 0, held_until = NULL, changed_at = limpid_now()
    WHERE id = $1 AND fence = $2 AND state = 'running'";

pub(super) const RELEASE: &str = "
    UPDATE job SET state = 'queued', attempts = attempts - 1,
        again = 0, held_until = NULL, changed_at = limpid_now()
    WHERE worker = $1 AND state = 'running'";

pub(super) const ABANDON: &str = "
    UPDATE job SET state = 'queued', again = 0, held_until = NULL, changed_at = limpid_now()
    WHERE worker = $1 AND state = 'running'";

pub(super) const REQUIRING_ANOTHER: &str = "
    SELECT 1 FROM job
    WHERE finished_at IS NULL AND requires <> '' AND requires <> $1
    LIMIT 1";

/// What failed under another program need not wait until it is tried by this one.
pub(super) const REQUIRE: &str = "
    UPDATE job SET requires = $1,
        run_at = CASE WHEN state = 'queued' AND run_at > limpid_now() THEN limpid_now() ELSE run_at END,
        changed_at = limpid_now()
    WHERE finished_at IS NULL AND requires <> '' AND requires <> $1";

pub(super) const FIND: &str = "
    SELECT id, kind, key, lane, state, attempts, worker, error, created_at, run_at, finished_at
    FROM job WHERE kind = $1 AND key = $2";

pub(super) const LIST: &str = "
    SELECT id, kind, key, lane, state, attempts, worker, error, created_at, run_at, finished_at
    FROM job
    WHERE (CAST($1 AS TEXT) IS NULL OR kind = $1) AND (CAST($2 AS TEXT) IS NULL OR state = $2)
    ORDER BY changed_at DESC, id DESC
    LIMIT $3";

pub(super) const COUNTS: &str = "
    SELECT kind, state, COUNT(*) FROM job GROUP BY kind, state ORDER BY kind, state";

pub(super) const DUE: &str = "
    SELECT COUNT(*) FROM job WHERE kind = $1 AND finished_at IS NULL AND run_at <= limpid_now()";
