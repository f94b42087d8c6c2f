//! The embedded store keeps every sentence of the contract.

#![allow(clippy::unwrap_used)] // a test may panic

use storage::embedded::{Embedded, Options};
use storage::{Store, contract};

/// Checks a sentence on a new store, and once more after a reopening in between.
async fn check(sentence: impl AsyncFn(&dyn Store)) {
    let directory = tempfile::tempdir().unwrap();
    for _ in 0..2 {
        let mut options = Options::new(directory.path());
        options.reserve_octets = 0;
        let store = Embedded::open(options).unwrap();
        sentence(&store).await;
        store.close().await;
    }
}

#[tokio::test]
async fn a_committed_row_is_read_back() {
    check(contract::a_committed_row_is_read_back).await;
}

#[tokio::test]
async fn a_deleted_row_is_gone() {
    check(contract::a_deleted_row_is_gone).await;
}

#[tokio::test]
async fn rows_are_listed_in_order() {
    check(contract::rows_are_listed_in_order).await;
}

#[tokio::test]
async fn lists_keep_to_their_scope_and_table() {
    check(contract::lists_keep_to_their_scope_and_table).await;
}

#[tokio::test]
async fn a_changed_row_is_a_conflict() {
    check(contract::a_changed_row_is_a_conflict).await;
}

#[tokio::test]
async fn a_refused_batch_leaves_nothing() {
    check(contract::a_refused_batch_leaves_nothing).await;
}

#[tokio::test]
async fn one_of_many_rivals_wins() {
    check(contract::one_of_many_rivals_wins).await;
}

#[tokio::test]
async fn the_last_change_to_a_row_stands() {
    check(contract::the_last_change_to_a_row_stands).await;
}

#[tokio::test]
async fn a_text_is_finished_behind_its_head() {
    check(contract::a_text_is_finished_behind_its_head).await;
}

#[tokio::test]
async fn a_text_is_read_back() {
    check(contract::a_text_is_read_back).await;
}

#[tokio::test]
async fn a_text_above_the_limit_is_not_read() {
    check(contract::a_text_above_the_limit_is_not_read).await;
}

#[tokio::test]
async fn a_text_of_another_scope_does_not_exist() {
    check(contract::a_text_of_another_scope_does_not_exist).await;
}

#[tokio::test]
async fn a_staged_text_is_not_kept() {
    check(contract::a_staged_text_is_not_kept).await;
}

#[tokio::test]
async fn a_dropped_text_is_gone() {
    check(contract::a_dropped_text_is_gone).await;
}

#[tokio::test]
async fn a_job_keeps_its_texts() {
    check(contract::a_job_keeps_its_texts).await;
}

#[tokio::test]
async fn due_jobs_are_leased_in_order() {
    check(contract::due_jobs_are_leased_in_order).await;
}

#[tokio::test]
async fn lanes_are_apart() {
    check(contract::lanes_are_apart).await;
}

#[tokio::test]
async fn a_lease_that_ran_out_is_lost() {
    check(contract::a_lease_that_ran_out_is_lost).await;
}

#[tokio::test]
async fn a_late_finish_counts_if_nobody_took_over() {
    check(contract::a_late_finish_counts_if_nobody_took_over).await;
}

#[tokio::test]
async fn a_job_ends_with_what_it_made() {
    check(contract::a_job_ends_with_what_it_made).await;
}

#[tokio::test]
async fn a_conflict_leaves_the_lease() {
    check(contract::a_conflict_leaves_the_lease).await;
}

#[tokio::test]
async fn a_refused_batch_leaves_its_leases() {
    check(contract::a_refused_batch_leaves_its_leases).await;
}

#[tokio::test]
async fn a_settled_lease_is_lost() {
    check(contract::a_settled_lease_is_lost).await;
}

#[tokio::test]
async fn a_lost_lease_leaves_the_next_one_alone() {
    check(contract::a_lost_lease_leaves_the_next_one_alone).await;
}

#[tokio::test]
async fn a_job_is_tried_again() {
    check(contract::a_job_is_tried_again).await;
}

#[tokio::test]
async fn a_failed_job_stays() {
    check(contract::a_failed_job_stays).await;
}

#[tokio::test]
async fn a_held_job_waits() {
    check(contract::a_held_job_waits).await;
}

#[tokio::test]
async fn holding_does_not_undo_a_lease() {
    check(contract::holding_does_not_undo_a_lease).await;
}

#[tokio::test]
async fn deleting_a_job_loses_its_lease() {
    check(contract::deleting_a_job_loses_its_lease).await;
}

#[tokio::test]
async fn a_job_that_is_not_there_cannot_change() {
    check(contract::a_job_that_is_not_there_cannot_change).await;
}

#[tokio::test]
async fn the_next_due_time_is_known() {
    check(contract::the_next_due_time_is_known).await;
}

#[tokio::test]
async fn the_counter_moves_with_new_jobs() {
    check(contract::the_counter_moves_with_new_jobs).await;
}

#[tokio::test]
async fn jobs_are_looked_at() {
    check(contract::jobs_are_looked_at).await;
}

#[tokio::test]
async fn a_batch_too_large_is_refused() {
    check(contract::a_batch_too_large_is_refused).await;
}

#[tokio::test]
async fn a_shared_text_is_dropped_by_each() {
    check(contract::a_shared_text_is_dropped_by_each).await;
}

#[tokio::test]
async fn shares_are_kept() {
    check(contract::shares_are_kept).await;
}

#[tokio::test]
async fn the_next_due_time_is_that_of_who_may_be_served() {
    check(contract::the_next_due_time_is_that_of_who_may_be_served).await;
}

#[tokio::test]
async fn a_restored_job_waits() {
    check(contract::a_restored_job_waits).await;
}
