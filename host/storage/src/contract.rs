//! The promises of [`crate::Store`] as tests every backend runs.
//!
//! Each function checks one sentence and panics if it does not hold. All of them
//! may run on one store, one after the other or at the same time: each works in
//! an account and a lane of its own.

use crate::{
    AccountId, Batch, CommitError, Durable, Error, Job, JobChange, JobFilter, JobId, JobState, Key,
    Lane, Lease, ListRange, NewJob, Scope, Share, StagedText, Store, Table, TextId, Timestamp,
};

/// What was committed is read back, with the revision of its commit.
pub async fn a_committed_row_is_read_back(store: &dyn Store) {
    let key = key(account(), "a");
    assert_eq!(get(store, &key).await, None);
    let done = put(store, &key, b"one").await;
    let row = store.get(&key).await.expect("read").expect("row");
    assert_eq!(
        (row.value.as_slice(), row.revision),
        (&b"one"[..], done.revision())
    );
}

/// A deleted row is gone; deleting it again is no error.
pub async fn a_deleted_row_is_gone(store: &dyn Store) {
    let key = key(account(), "a");
    put(store, &key, b"one").await;
    for _ in 0..2 {
        let mut batch = Batch::new();
        batch.delete(key.clone());
        commit(store, batch).await;
        assert_eq!(get(store, &key).await, None);
    }
}

/// Rows are listed in the octet order of their ids, by prefix and page by page.
pub async fn rows_are_listed_in_order(store: &dyn Store) {
    let scope = account();
    for id in ["b2", "a", "b1", "b", "c"] {
        put(store, &key(scope, id), id.as_bytes()).await;
    }
    assert_eq!(
        ids(store, scope, ListRange::first(9)).await,
        ["a", "b", "b1", "b2", "c"]
    );
    assert_eq!(
        ids(store, scope, ListRange::prefix("b", 9)).await,
        ["b", "b1", "b2"]
    );
    assert_eq!(
        ids(store, scope, ListRange::prefix("b", 9).after("b")).await,
        ["b1", "b2"]
    );
    assert_eq!(
        ids(store, scope, ListRange::first(2).after("b1")).await,
        ["b2", "c"]
    );
    assert!(ids(store, scope, ListRange::first(0)).await.is_empty());
}

/// A list holds rows of its own scope and table only.
pub async fn lists_keep_to_their_scope_and_table(store: &dyn Store) {
    let (scope, other) = (account(), account());
    put(store, &key(scope, "mine"), b"").await;
    put(store, &key(other, "theirs"), b"").await;
    put(
        store,
        &Key::new(scope, Table("rows_more"), "longer name"),
        b"",
    )
    .await;
    assert_eq!(ids(store, scope, ListRange::first(9)).await, ["mine"]);
}

/// A row that is not at the expected revision is a conflict.
pub async fn a_changed_row_is_a_conflict(store: &dyn Store) {
    let key = key(account(), "a");
    let first = put(store, &key, b"one").await;
    put(store, &key, b"two").await;
    let mut batch = Batch::new();
    batch.update(key.clone(), first.revision(), "three");
    assert_conflict(store.commit(batch).await, &key);
    let mut batch = Batch::new();
    batch.create(key.clone(), "four");
    assert_conflict(store.commit(batch).await, &key);
    assert_eq!(get(store, &key).await.as_deref(), Some(&b"two"[..]));
}

/// After a conflict nothing of the batch is seen: no row, text or job.
pub async fn a_refused_batch_leaves_nothing(store: &dyn Store) {
    let (scope, lane) = (account(), lane());
    let taken = key(scope, "taken");
    put(store, &taken, b"").await;
    for octets in SIZES {
        let mut batch = Batch::new();
        let text = batch.text(staged(store, scope, octets).await);
        let job = batch.enqueue(job(scope, &lane, 0, vec![text]));
        batch.put(key(scope, "other"), "value");
        batch.create(taken.clone(), "mine");
        assert_conflict(store.commit(batch).await, &taken);
        assert_eq!(get(store, &key(scope, "other")).await, None);
        assert_no_text(store, scope, text).await;
        assert!(store.job(job).await.expect("read").is_none());
    }
    assert_eq!(store.next_due(&lane).await.expect("read"), None);
}

/// Of batches that expect the same revision, exactly one happens.
pub async fn one_of_many_rivals_wins(store: &dyn Store) {
    let key = key(account(), "a");
    let rivals = (0..RIVALS).map(|number| {
        let mut batch = Batch::new();
        batch.create(key.clone(), [number]);
        store.commit(batch)
    });
    let mut rivals: Vec<_> = rivals.collect();
    let mut winners = 0;
    for rival in together(&mut rivals).await {
        match rival {
            Ok(_) => winners += 1,
            lost => assert_conflict(lost, &key),
        }
    }
    assert_eq!(winners, 1);
}

/// Of several changes to one row in a batch the last one stands.
pub async fn the_last_change_to_a_row_stands(store: &dyn Store) {
    let key = key(account(), "a");
    let mut batch = Batch::new();
    batch.put(key.clone(), "one");
    batch.delete(key.clone());
    batch.put(key.clone(), "two");
    commit(store, batch).await;
    assert_eq!(get(store, &key).await.as_deref(), Some(&b"two"[..]));
}

/// A text, small or large, is read back whole and by range.
pub async fn a_text_is_read_back(store: &dyn Store) {
    let scope = account();
    for octets in SIZES {
        let text = kept(store, scope, octets).await;
        let reader = store.text(scope, text).await.expect("open");
        assert_eq!(reader.octets(), octets as u64);
        assert_eq!(
            reader.read_all(octets).await.expect("read"),
            content(octets)
        );
        let (from, to) = (octets / 3, octets / 2);
        let range = reader.read(from as u64, to - from).await.expect("read");
        assert_eq!(range, &content(octets)[from..to]);
        assert!(
            reader
                .read(octets as u64, 9)
                .await
                .expect("read")
                .is_empty()
        );
    }
}

/// A head that is known last stands before everything, whatever the sizes.
pub async fn a_text_is_finished_behind_its_head(store: &dyn Store) {
    let scope = account();
    for (octets, head) in [(10_000, 10_000), (200_000, 100_000), (700_000, 10_000)] {
        let mut writer = store.stage(scope);
        for piece in content(octets).chunks(PIECE_OCTETS) {
            writer.write(piece).await.expect("stage");
        }
        let head: Vec<u8> = content(head).into_iter().map(|octet| !octet).collect();
        let whole = [head.as_slice(), &content(octets)].concat();
        let mut batch = Batch::new();
        let text = batch.text(writer.finish_behind(head).await.expect("stage"));
        commit(store, batch).await;
        let reader = store.text(scope, text).await.expect("open");
        assert_eq!(reader.read_all(whole.len()).await.expect("read"), whole);
    }
}

/// More is not read at once than the caller allows.
pub async fn a_text_above_the_limit_is_not_read(store: &dyn Store) {
    let scope = account();
    let text = kept(store, scope, 10).await;
    let reader = store.text(scope, text).await.expect("open");
    let refused = reader.read_all(9).await;
    assert!(matches!(
        refused,
        Err(Error::TooLarge {
            octets: 10,
            limit: 9
        })
    ));
}

/// A text of another scope does not exist.
pub async fn a_text_of_another_scope_does_not_exist(store: &dyn Store) {
    let (scope, other) = (account(), account());
    let text = kept(store, scope, 10).await;
    assert_no_text(store, other, text).await;
    let mut batch = Batch::new();
    batch.drop_text(other, text);
    let refused = store.commit(batch).await;
    assert!(matches!(refused, Err(CommitError::NoSuchText(id)) if id == text));
    let mut batch = Batch::new();
    batch.enqueue(job(other, &lane(), 0, vec![text]));
    let refused = store.commit(batch).await;
    assert!(matches!(refused, Err(CommitError::NoSuchText(id)) if id == text));
}

/// A staged text that no batch takes leaves nothing behind.
pub async fn a_staged_text_is_not_kept(store: &dyn Store) {
    let scope = account();
    for octets in SIZES {
        let text = staged(store, scope, octets).await;
        let id = text.id();
        assert_no_text(store, scope, id).await;
        drop(text);
        assert_no_text(store, scope, id).await;
    }
}

/// A dropped text is gone, but who has it open reads on.
pub async fn a_dropped_text_is_gone(store: &dyn Store) {
    let scope = account();
    for octets in SIZES {
        let text = kept(store, scope, octets).await;
        let reader = store.text(scope, text).await.expect("open");
        let mut batch = Batch::new();
        batch.drop_text(scope, text);
        commit(store, batch).await;
        assert_no_text(store, scope, text).await;
        assert_eq!(
            reader.read_all(octets).await.expect("read"),
            content(octets)
        );
    }
}

/// A dropped text lives as long as the last job that names it.
pub async fn a_job_keeps_its_texts(store: &dyn Store) {
    let (scope, lane) = (account(), lane());
    for octets in SIZES {
        let mut batch = Batch::new();
        let text = batch.text(staged(store, scope, octets).await);
        batch.enqueue(job(scope, &lane, 0, vec![text]));
        let second = batch.enqueue(job(scope, &lane, FAR, vec![text]));
        batch.drop_text(scope, text);
        commit(store, batch).await;
        finish(store, lease_one(store, &lane, 0, 9).await).await;
        let reader = store
            .text(scope, text)
            .await
            .expect("the second job has it");
        assert_eq!(
            reader.read_all(octets).await.expect("read"),
            content(octets)
        );
        change(store, second, JobChange::Delete).await;
        assert_no_text(store, scope, text).await;
    }
}

/// A text several keep is gone when the last of them has dropped it.
pub async fn a_shared_text_is_dropped_by_each(store: &dyn Store) {
    let scope = account();
    for octets in SIZES {
        let mut batch = Batch::new();
        let text = batch.shared_text(staged(store, scope, octets).await, 2);
        commit(store, batch).await;
        for last in [false, true] {
            let reader = store.text(scope, text).await.expect("somebody keeps it");
            assert_eq!(reader.octets(), octets as u64);
            let mut batch = Batch::new();
            batch.drop_text(scope, text);
            commit(store, batch).await;
            if last {
                assert_no_text(store, scope, text).await;
            }
        }
    }
}

/// Of a scope that has its share nothing more is leased, however long it waits.
pub async fn shares_are_kept(store: &dyn Store) {
    let (busy, other, lane) = (account(), account(), lane());
    let mut waiting = Vec::new();
    for due in 1..=5 {
        waiting.push(enqueue(store, busy, &lane, due).await);
    }
    let single = enqueue(store, other, &lane, 9).await;
    let mut share = Share::new(2);
    let first = lease_within(store, &lane, 9, &share).await;
    assert_eq!(jobs_of(&first), [waiting[0], waiting[1], single]);
    for lease in &first {
        share.take(lease.job().scope);
    }
    assert!(lease_within(store, &lane, 9, &share).await.is_empty());
    share.give_back(busy);
    let next = lease_within(store, &lane, 9, &share).await;
    assert_eq!(jobs_of(&next), [waiting[2]]);
}

/// A scope that has its share is not waited for, either.
pub async fn the_next_due_time_is_that_of_who_may_be_served(store: &dyn Store) {
    let (busy, other, lane) = (account(), account(), lane());
    enqueue(store, busy, &lane, 10).await;
    enqueue(store, other, &lane, 20).await;
    let mut share = Share::new(1);
    let next = store.next_due_within(&lane, &share).await.expect("read");
    assert_eq!(next, Some(Timestamp(10)));
    share.take(busy);
    let next = store.next_due_within(&lane, &share).await.expect("read");
    assert_eq!(next, Some(Timestamp(20)));
    share.take(other);
    assert_eq!(
        store.next_due_within(&lane, &share).await.expect("read"),
        None
    );
}

/// A job is leased when it is due and not before; the longest waiting first.
pub async fn due_jobs_are_leased_in_order(store: &dyn Store) {
    let (scope, lane) = (account(), lane());
    let late = enqueue(store, scope, &lane, 20).await;
    let early = enqueue(store, scope, &lane, 10).await;
    assert!(lease(store, &lane, 9, 99, 9).await.is_empty());
    let first = lease(store, &lane, 20, 99, 1).await;
    let second = lease(store, &lane, 20, 99, 9).await;
    assert_eq!(jobs_of(&first), [early]);
    assert_eq!(jobs_of(&second), [late]);
}

/// Jobs of another lane are not leased.
pub async fn lanes_are_apart(store: &dyn Store) {
    let (scope, busy) = (account(), lane());
    enqueue(store, scope, &busy, 0).await;
    assert!(lease(store, &lane(), 9, 99, 9).await.is_empty());
    assert_eq!(lease(store, &busy, 9, 99, 9).await.len(), 1);
}

/// Nobody else gets a leased job before the lease ends; after that anybody may,
/// and the first lease is lost.
pub async fn a_lease_that_ran_out_is_lost(store: &dyn Store) {
    let (scope, lane) = (account(), lane());
    let job = enqueue(store, scope, &lane, 0).await;
    let old = lease_one(store, &lane, 0, 10).await;
    assert!(lease(store, &lane, 9, 99, 9).await.is_empty());
    let new = lease_one(store, &lane, 10, 20).await;
    let row = key(scope, "ticket");
    let mut batch = Batch::new();
    batch.put(row.clone(), "made twice");
    batch.finish(&old);
    assert_lease_lost(store.commit(batch).await, job);
    assert_eq!(get(store, &row).await, None);
    finish(store, new).await;
    assert!(store.job(job).await.expect("read").is_none());
}

/// A lease that ran out counts as long as nobody else took the job.
pub async fn a_late_finish_counts_if_nobody_took_over(store: &dyn Store) {
    let (scope, lane) = (account(), lane());
    let job = enqueue(store, scope, &lane, 0).await;
    let late = lease_one(store, &lane, 0, 1).await;
    finish(store, late).await;
    assert!(store.job(job).await.expect("read").is_none());
}

/// What the work brought about and the end of the job are one batch.
pub async fn a_job_ends_with_what_it_made(store: &dyn Store) {
    let (scope, lane) = (account(), lane());
    let job = enqueue(store, scope, &lane, 0).await;
    let mut batch = Batch::new();
    batch.create(key(scope, "ticket"), "made once");
    batch.finish(&lease_one(store, &lane, 0, 9).await);
    commit(store, batch).await;
    assert!(get(store, &key(scope, "ticket")).await.is_some());
    assert!(store.job(job).await.expect("read").is_none());
    assert!(lease(store, &lane, FAR, FAR, 9).await.is_empty());
}

/// A conflict ends neither the job nor the lease: the worker reads again, and
/// nobody else gets the job meanwhile.
pub async fn a_conflict_leaves_the_lease(store: &dyn Store) {
    let (scope, lane) = (account(), lane());
    let id = enqueue(store, scope, &lane, 0).await;
    let taken = key(scope, "taken");
    put(store, &taken, b"").await;
    let running = lease_one(store, &lane, 0, FAR).await;
    let mut batch = Batch::new();
    batch.finish(&running);
    batch.create(taken.clone(), "");
    assert_conflict(store.commit(batch).await, &taken);
    assert_eq!(state(store, id).await, JobState::Leased);
    assert!(lease(store, &lane, 0, FAR, 9).await.is_empty());
    finish(store, running).await;
    assert!(store.job(id).await.expect("read").is_none());
}

/// Whatever a batch is refused for, its leases stand as before.
pub async fn a_refused_batch_leaves_its_leases(store: &dyn Store) {
    let (scope, lane) = (account(), lane());
    enqueue(store, scope, &lane, 0).await;
    let running = lease_one(store, &lane, 0, FAR).await;
    let faults: [fn(&mut Batch); 3] = [
        |batch| batch.change_job(JobId::make(), JobChange::Hold),
        |batch| batch.drop_text(account(), TextId(0)),
        |batch| batch.put(key(account(), "a"), vec![0; TOO_LARGE]),
    ];
    for fault in faults {
        let mut batch = Batch::new();
        batch.finish(&running);
        fault(&mut batch);
        assert!(store.commit(batch).await.is_err());
        assert!(lease(store, &lane, 0, FAR, 9).await.is_empty());
    }
    finish(store, running).await;
}

/// A lease is settled once.
pub async fn a_settled_lease_is_lost(store: &dyn Store) {
    let (scope, lane) = (account(), lane());
    let id = enqueue(store, scope, &lane, 0).await;
    let running = lease_one(store, &lane, 0, FAR).await;
    let again = || {
        let mut batch = Batch::new();
        batch.again(&running, Timestamp(0), "");
        batch
    };
    commit(store, again()).await;
    assert_lease_lost(store.commit(again()).await, id);
    finish(store, lease_one(store, &lane, 0, FAR).await).await;
    assert_lease_lost(store.commit(again()).await, id);
}

/// A batch with a lost lease ends nobody else's.
pub async fn a_lost_lease_leaves_the_next_one_alone(store: &dyn Store) {
    let (scope, lane) = (account(), lane());
    let id = enqueue(store, scope, &lane, 0).await;
    let late = lease_one(store, &lane, 0, 10).await;
    let current = lease_one(store, &lane, 10, FAR).await;
    let mut batch = Batch::new();
    batch.finish(&late);
    assert_lease_lost(store.commit(batch).await, id);
    assert_eq!(state(store, id).await, JobState::Leased);
    finish(store, current).await;
}

/// A job to be tried again is due at its new time, with its new payload.
pub async fn a_job_is_tried_again(store: &dyn Store) {
    let (scope, lane) = (account(), lane());
    let id = enqueue(store, scope, &lane, 0).await;
    let mut batch = Batch::new();
    batch.again(
        &lease_one(store, &lane, 0, 99).await,
        Timestamp(50),
        "second try",
    );
    commit(store, batch).await;
    assert_eq!(state(store, id).await, JobState::Due);
    assert!(lease(store, &lane, 49, 99, 9).await.is_empty());
    let again = lease_one(store, &lane, 50, 99).await;
    assert_eq!(again.job().payload, b"second try");
    assert_eq!(again.job().due, Timestamp(50));
}

/// A failed job stays to be looked at, and is leased again only after a retry.
pub async fn a_failed_job_stays(store: &dyn Store) {
    let (scope, lane) = (account(), lane());
    let id = enqueue(store, scope, &lane, 0).await;
    let mut batch = Batch::new();
    batch.fail(&lease_one(store, &lane, 0, 9).await, "no such mailbox");
    commit(store, batch).await;
    assert_eq!(state(store, id).await, JobState::Failed);
    assert!(lease(store, &lane, FAR, FAR, 9).await.is_empty());
    change(store, id, JobChange::Retry(Timestamp(5))).await;
    assert_eq!(
        lease_one(store, &lane, 5, 9).await.job().payload,
        b"no such mailbox"
    );
}

/// A held job is not leased before it is released.
pub async fn a_held_job_waits(store: &dyn Store) {
    let (scope, lane) = (account(), lane());
    let id = enqueue(store, scope, &lane, 0).await;
    change(store, id, JobChange::Hold).await;
    assert_eq!(state(store, id).await, JobState::Held);
    assert!(lease(store, &lane, FAR, FAR, 9).await.is_empty());
    change(store, id, JobChange::Release).await;
    assert_eq!(lease(store, &lane, 0, 9, 9).await.len(), 1);
}

/// A job out of a backup is not leased before it is released. Marking one that
/// waits for an operator anyway changes nothing.
pub async fn a_restored_job_waits(store: &dyn Store) {
    let (scope, lane) = (account(), lane());
    let id = enqueue(store, scope, &lane, 0).await;
    change(store, id, JobChange::Restored).await;
    assert_eq!(state(store, id).await, JobState::Restored);
    assert!(lease(store, &lane, FAR, FAR, 9).await.is_empty());
    change(store, id, JobChange::Hold).await;
    change(store, id, JobChange::Restored).await;
    assert_eq!(state(store, id).await, JobState::Held);
    change(store, id, JobChange::Release).await;
    assert_eq!(lease(store, &lane, 0, 9, 9).await.len(), 1);
}

/// Holding a job does not undo a lease; put back, the job stays held.
pub async fn holding_does_not_undo_a_lease(store: &dyn Store) {
    let (scope, lane) = (account(), lane());
    let id = enqueue(store, scope, &lane, 0).await;
    let running = lease_one(store, &lane, 0, 9).await;
    change(store, id, JobChange::Hold).await;
    let mut batch = Batch::new();
    batch.again(&running, Timestamp(1), "");
    commit(store, batch).await;
    assert_eq!(state(store, id).await, JobState::Held);
    assert!(lease(store, &lane, FAR, FAR, 9).await.is_empty());
}

/// Deleting a job loses the lease on it.
pub async fn deleting_a_job_loses_its_lease(store: &dyn Store) {
    let (scope, lane) = (account(), lane());
    let id = enqueue(store, scope, &lane, 0).await;
    let running = lease_one(store, &lane, 0, 9).await;
    change(store, id, JobChange::Delete).await;
    let mut batch = Batch::new();
    batch.finish(&running);
    assert_lease_lost(store.commit(batch).await, id);
}

/// A change to a job that is not there is refused.
pub async fn a_job_that_is_not_there_cannot_change(store: &dyn Store) {
    let nobody = JobId::make();
    let mut batch = Batch::new();
    batch.change_job(nobody, JobChange::Hold);
    let refused = store.commit(batch).await;
    assert!(matches!(refused, Err(CommitError::NoSuchJob(id)) if id == nobody));
}

/// The next due time is that of the earliest job, or the end of its lease.
pub async fn the_next_due_time_is_known(store: &dyn Store) {
    let (scope, lane) = (account(), lane());
    assert_eq!(store.next_due(&lane).await.expect("read"), None);
    enqueue(store, scope, &lane, 30).await;
    enqueue(store, scope, &lane, 10).await;
    assert_eq!(
        store.next_due(&lane).await.expect("read"),
        Some(Timestamp(10))
    );
    let running = lease_one(store, &lane, 10, 20).await;
    assert_eq!(
        store.next_due(&lane).await.expect("read"),
        Some(Timestamp(20))
    );
    finish(store, running).await;
    assert_eq!(
        store.next_due(&lane).await.expect("read"),
        Some(Timestamp(30))
    );
}

/// The counter moves when a job is added or becomes due.
pub async fn the_counter_moves_with_new_jobs(store: &dyn Store) {
    let (scope, lane) = (account(), lane());
    let mut counter = store.enqueued();
    counter.borrow_and_update();
    let id = enqueue(store, scope, &lane, FAR).await;
    counter.changed().await.expect("the store is open");
    change(store, id, JobChange::Retry(Timestamp(0))).await;
    counter.changed().await.expect("the store is open");
}

/// Jobs are looked at by scope, lane and state, oldest first, page by page.
pub async fn jobs_are_looked_at(store: &dyn Store) {
    let (scope, lane) = (account(), lane());
    let first = enqueue(store, scope, &lane, 5).await;
    let second = enqueue(store, scope, &lane, 0).await;
    enqueue(store, account(), &lane, 0).await;
    change(store, first, JobChange::Hold).await;
    let mut filter = JobFilter::first(9);
    filter.scope = Some(scope);
    filter.lane = Some(lane);
    let mut expected = [first, second];
    expected.sort_unstable();
    assert_eq!(look(store, &filter).await, expected);
    filter.after = Some(expected[0]);
    assert_eq!(look(store, &filter).await, expected[1..]);
    filter.after = None;
    filter.state = Some(JobState::Held);
    assert_eq!(look(store, &filter).await, [first]);
}

/// A batch that would not fit into a record is refused, whole.
pub async fn a_batch_too_large_is_refused(store: &dyn Store) {
    let key = key(account(), "a");
    let mut batch = Batch::new();
    batch.put(key.clone(), vec![0; TOO_LARGE]);
    let refused = store.commit(batch).await;
    assert!(matches!(refused, Err(CommitError::TooLarge { .. })));
    assert_eq!(get(store, &key).await, None);
}

fn account() -> Scope {
    let number = JobId::make().number() as u64;
    AccountId::new(number).map_or(Scope::Installation, Scope::Account)
}

fn lane() -> Lane {
    Lane::new(JobId::make().to_string())
}

fn key(scope: Scope, id: &str) -> Key {
    Key::new(scope, Table("rows"), id)
}

fn job(scope: Scope, lane: &Lane, due: u64, texts: Vec<TextId>) -> NewJob {
    NewJob {
        scope,
        lane: lane.clone(),
        due: Timestamp(due),
        payload: b"work".to_vec(),
        texts,
    }
}

fn content(octets: usize) -> Vec<u8> {
    (0..octets).map(|at| (at % 251) as u8).collect()
}

async fn commit(store: &dyn Store, batch: Batch) -> Durable {
    store.commit(batch).await.expect("commit")
}

async fn get(store: &dyn Store, key: &Key) -> Option<Vec<u8>> {
    store.get(key).await.expect("read").map(|row| row.value)
}

async fn put(store: &dyn Store, key: &Key, value: &[u8]) -> Durable {
    let mut batch = Batch::new();
    batch.put(key.clone(), value);
    commit(store, batch).await
}

async fn ids(store: &dyn Store, scope: Scope, range: ListRange) -> Vec<String> {
    let rows = store.list(scope, Table("rows"), range).await.expect("list");
    let ids = rows
        .into_iter()
        .map(|(id, _)| String::from_utf8_lossy(&id).into_owned());
    ids.collect()
}

async fn staged(store: &dyn Store, scope: Scope, octets: usize) -> StagedText {
    let mut writer = store.stage(scope);
    for piece in content(octets).chunks(PIECE_OCTETS) {
        writer.write(piece).await.expect("stage");
    }
    writer.finish().await.expect("stage")
}

async fn kept(store: &dyn Store, scope: Scope, octets: usize) -> TextId {
    let mut batch = Batch::new();
    let text = batch.text(staged(store, scope, octets).await);
    commit(store, batch).await;
    text
}

async fn enqueue(store: &dyn Store, scope: Scope, lane: &Lane, due: u64) -> JobId {
    let mut batch = Batch::new();
    let id = batch.enqueue(job(scope, lane, due, Vec::new()));
    commit(store, batch).await;
    id
}

async fn lease(store: &dyn Store, lane: &Lane, now: u64, until: u64, limit: usize) -> Vec<Lease> {
    let leased = store.lease(lane, Timestamp(now), Timestamp(until), limit);
    leased.await.expect("lease")
}

async fn lease_within(store: &dyn Store, lane: &Lane, now: u64, share: &Share) -> Vec<Lease> {
    let (now, until) = (Timestamp(now), Timestamp(FAR));
    let leased = store.lease_within(lane, now, until, MANY, share);
    leased.await.expect("lease")
}

async fn lease_one(store: &dyn Store, lane: &Lane, now: u64, until: u64) -> Lease {
    let mut leases = lease(store, lane, now, until, 1).await;
    leases.pop().expect("a job is due")
}

async fn finish(store: &dyn Store, lease: Lease) {
    let mut batch = Batch::new();
    batch.finish(&lease);
    commit(store, batch).await;
}

async fn change(store: &dyn Store, id: JobId, change: JobChange) {
    let mut batch = Batch::new();
    batch.change_job(id, change);
    commit(store, batch).await;
}

async fn state(store: &dyn Store, id: JobId) -> JobState {
    let job: Job = store.job(id).await.expect("read").expect("job");
    job.state
}

async fn look(store: &dyn Store, filter: &JobFilter) -> Vec<JobId> {
    let jobs = store.jobs(filter.clone()).await.expect("read");
    jobs.into_iter().map(|job| job.id).collect()
}

fn jobs_of(leases: &[Lease]) -> Vec<JobId> {
    leases.iter().map(|lease| lease.job().id).collect()
}

async fn assert_no_text(store: &dyn Store, scope: Scope, id: TextId) {
    let outcome = store.text(scope, id).await;
    assert!(matches!(outcome, Err(Error::NoSuchText(other)) if other == id));
}

fn assert_conflict(outcome: Result<Durable, CommitError>, expected: &Key) {
    assert!(
        matches!(&outcome, Err(CommitError::Conflict { key }) if **key == *expected),
        "{outcome:?}"
    );
}

fn assert_lease_lost(outcome: Result<Durable, CommitError>, expected: JobId) {
    assert!(
        matches!(outcome, Err(CommitError::LeaseLost(id)) if id == expected),
        "{outcome:?}"
    );
}

/// Drives all futures at once.
async fn together<T, F>(futures: &mut [F]) -> Vec<T>
where
    F: Future<Output = T> + Unpin,
{
    let mut outcomes: Vec<Option<T>> = futures.iter().map(|_| None).collect();
    std::future::poll_fn(|context| {
        for (future, outcome) in futures.iter_mut().zip(&mut outcomes) {
            if outcome.is_none()
                && let std::task::Poll::Ready(value) = std::pin::Pin::new(future).poll(context)
            {
                *outcome = Some(value);
            }
        }
        match outcomes.iter().all(Option::is_some) {
            true => std::task::Poll::Ready(()),
            false => std::task::Poll::Pending,
        }
    })
    .await;
    outcomes.into_iter().flatten().collect()
}

/// A text in the journal, and one in a file of its own.
const SIZES: [usize; 2] = [10_000, 700_000];
const PIECE_OCTETS: usize = 10_000;
const RIVALS: u8 = 20;
const MANY: usize = 100;
const FAR: u64 = 1 << 50;
const TOO_LARGE: usize = 40 * 1024 * 1024;
