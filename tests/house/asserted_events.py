"""Which test holds an event to what it says, of those that `test_every_event` does not act out itself."""

from __future__ import annotations

ASSERTED = {
    "attempt.refused": "tests/rooms/web/test_door.py::test_a_label_is_good_for_two_minutes",
    "card.read": (
        "tests/rooms/accounts/test_attempts.py::test_a_card_that_was_read_is_logged_with_issuer_and_serial_and_by_whom"
    ),
    "card.refused": (
        "tests/rooms/web/test_door.py::test_a_card_that_is_refused_becomes_a_page_with_a_reference_and_no_session"
    ),
    "idp.read": "tests/rooms/web/test_provider.py::test_only_the_log_says_which_way_somebody_came",
    "idp.refused": "tests/rooms/web/test_provider.py::test_a_signed_token_that_is_not_for_this_login_lets_nobody_in",
    "login.done": (
        "tests/rooms/access/test_seats.py::test_every_login_is_logged_as_done_or_refused_with_what_was_missing"
    ),
    "login.refused": (
        "tests/rooms/access/test_seats.py::test_every_login_is_logged_as_done_or_refused_with_what_was_missing"
    ),
    "session.ended": (
        "tests/rooms/web/test_door.py::test_a_card_that_is_revoked_during_the_session_ends_it_at_the_next_click"
    ),
    "session.locked": (
        "tests/rooms/accounts/test_sessions.py::test_a_card_that_is_out_or_another_locks_the_session_in_every_tab"
    ),
    "session.unlocked": (
        "tests/rooms/accounts/test_sessions.py::test_the_card_that_comes_back_unlocks_the_session_as_it_was"
    ),
    "session.seat_chosen": "tests/rooms/access/test_seats.py::test_choosing_a_seat_is_logged_with_the_clinic",
    "account.registered": (
        "tests/rooms/access/test_registering.py::test_a_registration_is_in_the_log_with_the_card_as_its_author"
    ),
    "account.confirm_email": "tests/rooms/web/test_provider.py::test_a_letters_link_is_confirmed_on_the_way",
    "account.mail_changed": (
        "tests/rooms/access/test_deciding.py::test_a_mended_address_gets_a_letter_and_is_not_confirmed_by_that"
    ),
    "account.mail_kept": (
        "tests/rooms/access/test_own.py::test_what_was_taken_back_cannot_be_confirmed_and_nothing_is_taken_back_twice"
    ),
    "account.mail_objected": (
        "tests/rooms/access/test_own.py"
        "::test_an_objection_stops_a_change_that_waits_ends_the_sessions_and_tells_those_in_charge"
    ),
    "account.language": (
        "tests/rooms/web/test_account.py"
        "::test_the_language_of_letters_is_chosen_there_and_that_of_the_pages_is_another_matter"
    ),
    "account.data_taken": "tests/rooms/web/test_account.py::test_a_card_that_was_read_long_ago_is_asked_for_again",
    "account.suspension_decided": (
        "tests/rooms/config/test_suspend.py"
        "::test_whoever_it_is_is_out_at_the_next_click_told_why_and_both_names_are_in_the_log"
    ),
    "account.taken_over": (
        "tests/rooms/access/test_suspending.py"
        "::test_what_was_taken_over_a_new_administrator_of_the_clinic_does_not_lift"
    ),
    "account.end": (
        "tests/rooms/access/test_appointing.py"
        "::test_an_end_takes_back_revokes_and_frees_the_hsa_id_all_of_it_in_the_log"
    ),
    "account.card_accepted": (
        "tests/rooms/config/test_accept_card.py::test_a_card_that_was_refused_is_taken_once_two_have_made_sure"
    ),
    "account.imported": (
        "tests/rooms/access/test_moving_in.py::test_an_account_is_brought_in_with_its_right_and_the_decision_in_its_log"
    ),
    "account.linked": (
        "tests/rooms/access/test_claims.py::test_when_it_is_attested_the_old_account_ends_and_the_two_are_linked"
    ),
    "account.new_issuer": "tests/rooms/access/test_claims.py::test_a_renewed_card_needs_no_ceremony",
    "claim.made": (
        "tests/rooms/access/test_claims.py::test_a_code_goes_to_the_old_address_and_says_nothing_of_who_asks"
    ),
    "data.forgotten": "tests/rooms/access/test_forgetting.py::test_the_log_says_how_much_of_what_and_of_nobody",
    "processings.exported": (
        "tests/rooms/web/test_processings.py::test_the_file_has_the_same_and_taking_it_out_is_logged"
    ),
    "confirmation.asked": (
        "tests/rooms/web/test_support.py::test_support_sends_the_confirming_letter_again_and_confirms_nothing"
    ),
    "confirmation.code_refused": (
        "tests/rooms/accounts/test_confirmations.py::test_every_wrong_code_is_logged_without_the_code"
    ),
    "application.made": (
        "tests/rooms/access/test_registering.py::test_a_registration_is_in_the_log_with_the_card_as_its_author"
    ),
    "application.recommended": (
        "tests/rooms/access/test_reach.py"
        "::test_the_second_at_the_office_gives_what_the_first_recommended_and_nothing_else"
    ),
    "application.attest": (
        "tests/rooms/access/test_at_once.py"
        "::test_of_many_who_attest_one_does_and_there_is_one_right_one_letter_one_entry"
    ),
    "application.decline": (
        "tests/rooms/web/test_attest_at_once.py"
        "::test_attesting_and_declining_at_the_same_moment_give_exactly_one_decision"
    ),
    "application.withdraw": (
        "tests/rooms/access/test_registering.py::test_taking_back_ends_the_newest_application_and_is_logged"
    ),
    "application.lapse": (
        "tests/rooms/access/test_clockwork.py::test_after_ninety_days_an_application_lapses_and_the_applicant_is_told"
    ),
    "grant.appointed": (
        "tests/rooms/access/test_appointing.py"
        "::test_the_office_makes_an_administrator_who_counts_once_the_mail_is_confirmed"
    ),
    "grant.dismissed": (
        "tests/rooms/config/test_dismiss.py"
        "::test_a_log_reviewer_is_out_at_the_next_click_told_why_and_both_names_are_in_the_log"
    ),
    "grant.changed": (
        "tests/rooms/web/test_people.py"
        "::test_an_administrator_changes_role_sub_registries_and_last_day_and_the_person_is_told"
    ),
    "substitute.proposed": (
        "tests/rooms/access/test_substitutes.py"
        "::test_the_other_administrator_is_told_then_the_substitute_and_each_step_is_logged"
    ),
    "substitute.confirm": "tests/rooms/access/test_substitutes.py::test_of_two_who_decide_at_once_one_does",
    "substitute.decline": "tests/rooms/access/test_substitutes.py::test_of_two_who_decide_at_once_one_does",
    "nomination.proposed": (
        "tests/rooms/access/test_nominating.py"
        "::test_the_other_at_the_office_is_told_then_the_person_and_each_step_is_logged"
    ),
    "nomination.confirm": (
        "tests/rooms/access/test_nominating.py"
        "::test_the_other_at_the_office_is_told_then_the_person_and_each_step_is_logged"
    ),
    "people.exported": (
        "tests/rooms/web/test_people.py::test_the_file_holds_the_list_cannot_run_as_a_formula_and_is_logged"
    ),
    "people.searched": "tests/rooms/web/test_support.py::test_a_search_is_logged_once_and_not_for_each_page",
    "account.seen": "tests/rooms/web/test_support.py::test_every_look_is_logged_and_the_person_sees_it",
    "grant.revoked": "tests/rooms/access/test_appointing.py::test_a_revoked_right_is_gone_and_its_end_is_in_the_log",
    "grant.recertified": (
        "tests/rooms/access/test_recertification.py::test_what_is_kept_goes_on_and_the_log_says_by_whom"
    ),
    "recertification.opened": (
        "tests/rooms/access/test_recertification.py"
        "::test_half_a_year_after_the_oldest_right_each_clinic_is_asked_about_all_who_have_one"
    ),
    "recertification.closed": (
        "tests/rooms/access/test_recertification.py::test_the_last_two_answers_at_once_close_it_once"
    ),
    "recertification.exported": (
        "tests/rooms/access/test_recertification.py"
        "::test_a_finished_one_can_be_taken_out_which_is_logged_and_one_that_goes_on_cannot"
    ),
    "participation.decided": (
        "tests/rooms/access/test_participation.py"
        "::test_a_clinic_that_is_out_begins_nothing_and_nobody_applies_there_and_others_go_on"
    ),
    "log.opened": (
        "tests/rooms/web/test_log_opening.py::test_whoever_opens_the_log_says_why_once_and_each_reading_names_it"
    ),
    "incident.registered": (
        "tests/rooms/oversight/test_incidents.py"
        "::test_what_is_written_is_there_and_the_log_says_by_whom_without_the_text"
    ),
    "incident.revised": (
        "tests/rooms/oversight/test_incidents.py"
        "::test_a_change_is_a_new_revision_and_the_earlier_text_stays_with_its_author"
    ),
    "incidents.exported": (
        "tests/rooms/oversight/test_incidents.py::test_the_file_has_every_revision_needs_a_fresh_card_and_is_logged"
    ),
    "limit.decided": (
        "tests/rooms/settings/test_time_limits.py::test_a_decision_is_in_the_log_with_before_after_and_reason"
    ),
    "letter.given_up": "tests/rooms/config/test_serve.py::test_a_letter_that_nobody_will_get_is_told_to_the_log",
    "clinic.created": "tests/rooms/places/test_import.py::test_a_first_import_makes_everything_and_logs_it",
    "clinic.changed": "tests/rooms/places/test_import.py::test_a_change_is_made_and_logged_with_what_was_before",
    "clinic.closed": "tests/rooms/places/test_import.py::test_a_clinic_is_closed_by_its_line_and_opened_again",
    "clinic.reopened": "tests/rooms/places/test_import.py::test_a_clinic_is_closed_by_its_line_and_opened_again",
    "region.created": "tests/rooms/places/test_import.py::test_a_first_import_makes_everything_and_logs_it",
    "region.changed": "tests/rooms/places/test_import.py::test_mail_domains_and_names_of_care_providers_can_change",
    "care_provider.created": "tests/rooms/places/test_import.py::test_a_first_import_makes_everything_and_logs_it",
    "care_provider.changed": (
        "tests/rooms/places/test_import.py::test_mail_domains_and_names_of_care_providers_can_change"
    ),
    "revocation.list_replaced": (
        "tests/rooms/config/test_lists.py::test_the_command_fetches_all_lists_and_says_how_it_went"
    ),
    "revocation.fetch_refused": (
        "tests/rooms/config/test_lists.py::test_the_command_fails_if_a_list_was_not_taken_and_says_why"
    ),
    "log.read": "tests/rooms/web/test_log_patients.py::test_looking_for_somebody_who_is_not_there_is_logged_as_that",
    "log.exported": (
        "tests/rooms/oversight/test_about_patients.py"
        "::test_reading_the_log_about_a_patient_is_nothing_done_with_the_patient"
    ),
    "log.culled": "tests/rooms/config/test_ledger_commands.py::test_a_dry_run_says_what_would_go_and_removes_nothing",
    "log.extract_made": (
        "tests/rooms/web/test_paper.py"
        "::test_what_is_too_long_for_paper_is_json_and_the_log_says_which_was_made_and_that_both_were_looked_at"
    ),
    "case.opened": (
        "tests/rooms/records/test_cases.py::test_a_case_shows_who_it_is_and_how_much_there_is_and_the_log_tells_of_it"
    ),
    "case.nobody": "tests/rooms/records/test_cases.py::test_a_number_of_nobody_is_told_and_logged_without_the_number",
    "extract.made": (
        "tests/rooms/records/test_cases.py::test_an_extract_has_all_of_the_patient_from_all_providers_in_words"
    ),
    "patient.number_changed": (
        "tests/rooms/records/test_identity.py::test_a_reserve_number_becomes_a_personnummer_and_still_leads_there"
    ),
    "patient.merged": (
        "tests/rooms/records/test_identity.py::test_two_become_one_with_all_episodes_numbers_and_a_trace"
    ),
    "patient.looked_up": (
        "tests/rooms/records/test_identity.py"
        "::test_a_death_and_a_protection_are_seen_the_next_day_and_the_log_says_which_fields"
    ),
    "patient.opted_out": (
        "tests/rooms/records/test_opting_out.py::test_the_log_tells_that_it_happened_and_names_nobody"
    ),
    "patient.destroyed": "tests/rooms/records/test_leaving.py::test_after_a_day_and_not_before_all_is_destroyed",
    "episode.destroyed": (
        "tests/rooms/records/test_opting_out.py::test_the_log_tells_that_it_happened_and_names_nobody"
    ),
    "episode.research_destroyed": (
        "tests/rooms/records/test_research_gone.py"
        "::test_what_was_decided_is_destroyed_also_in_the_history_and_the_rest_stays"
    ),
    "retention.decided": (
        "tests/rooms/records/test_retention.py::test_what_was_decided_is_destroyed_by_the_clock_and_leaves_numbers"
    ),
    "disclosure.prepared": (
        "tests/rooms/records/test_disclosing.py::test_what_is_prepared_says_how_much_it_comes_to_and_names_nobody"
    ),
    "disclosure.decided": (
        "tests/rooms/records/test_disclosing.py::test_another_decides_and_both_names_and_times_are_kept"
    ),
    "disclosure.withdrawn": (
        "tests/rooms/records/test_disclosing.py::test_what_is_withdrawn_or_decided_is_not_decided_again"
    ),
    "disclosure.closed": (
        "tests/rooms/records/test_disclosing.py::test_the_clock_closes_what_is_over_and_nothing_before"
    ),
    "disclosure.lapsed": (
        "tests/rooms/records/test_disclosing.py::test_what_nobody_decides_in_time_is_withdrawn_and_not_decided"
    ),
    "disclosure.fetched": (
        "tests/rooms/records/test_disclosing.py"
        "::test_each_patient_in_the_file_has_an_entry_that_says_who_when_and_which"
    ),
    "disclosure.key_taken": (
        "tests/rooms/config/test_research_key.py"
        "::test_the_key_is_a_table_on_standard_output_and_both_names_are_in_the_log"
    ),
    "patient.disclosed": (
        "tests/rooms/records/test_disclosing.py::test_what_is_prepared_says_how_much_it_comes_to_and_names_nobody"
    ),
    "patient.key_taken": (
        "tests/rooms/config/test_research_key.py"
        "::test_the_key_is_a_table_on_standard_output_and_both_names_are_in_the_log"
    ),
    "review.drawn": (
        "tests/rooms/oversight/test_about_patients.py"
        "::test_a_review_about_a_patient_is_of_what_anybody_did_with_that_patient"
    ),
    "review.read": "tests/rooms/web/test_reviews.py::test_reading_a_review_is_logged",
    "review.taken": (
        "tests/rooms/oversight/test_reviews.py::test_only_the_reviewer_judges_and_closes_until_another_takes_over"
    ),
    "review.judged": (
        "tests/rooms/web/test_reviews.py::test_a_long_review_is_judged_page_by_page_with_one_press_for_the_rest"
    ),
    "review.closed": (
        "tests/rooms/oversight/test_reviews.py::test_a_review_is_judged_in_several_sittings_and_closed_with_its_outcome"
    ),
    "patient.found": (
        "tests/rooms/records/test_looking.py::test_a_name_that_many_have_shows_a_page_and_says_that_there_are_more"
    ),
    "patient.doubles_shown": (
        "tests/rooms/records/test_looking.py"
        "::test_doubles_that_show_are_an_entry_about_the_patient_also_at_another_care_provider"
    ),
    "patient.number_met": (
        "tests/rooms/records/test_identity.py::test_what_shows_by_a_refusal_is_an_entry_about_whom_it_shows"
    ),
    "patient.more_met": (
        "tests/rooms/records/test_identity.py::test_what_shows_by_a_refusal_is_an_entry_about_whom_it_shows"
    ),
    "patient.listed_for_letters": (
        "tests/rooms/records/test_pneumonia.py"
        "::test_a_follow_up_is_due_months_after_discharge_and_stands_on_the_list_and_the_list_for_letters"
    ),
    "patient.opened": (
        "tests/rooms/records/test_looking.py::test_a_patient_who_is_shown_for_a_further_episode_has_been_opened"
    ),
    "episode.moved_on": "tests/house/test_every_event.py::test_moving_on_writes_one_entry_about_the_patient",
    "step.followed": (
        "tests/rooms/web/test_news.py::test_what_another_wrote_comes_with_who_and_when_and_is_one_look_at_the_patient"
    ),
    "step.closed": (
        "tests/rooms/records/test_deaths.py"
        "::test_who_died_in_hospital_gets_no_letter_and_no_follow_up_and_the_step_says_why"
    ),
    "step.opened_again": (
        "tests/rooms/records/test_deaths.py::test_a_death_in_a_form_that_is_corrected_opens_what_it_closed"
    ),
    "work.listed": "tests/rooms/records/test_looking.py::test_a_list_is_one_entry_that_says_whom_it_showed",
    "episodes.listed": "tests/rooms/records/test_listing.py::test_the_list_and_its_file_tell_the_log_whom_they_showed",
    "episodes.exported": (
        "tests/rooms/records/test_listing.py::test_the_list_and_its_file_tell_the_log_whom_they_showed"
    ),
    "request.refused": (
        "tests/rooms/web/test_cases.py::test_who_opens_too_many_is_told_until_when_and_the_log_is_told_of_each"
    ),
    "request.forged": "tests/rooms/web/test_refused.py::test_other_networks_are_in_the_log_as_before",
    "request.failed": "tests/rooms/web/test_fault.py::test_an_error_of_the_database_that_answers_is_in_the_log",
    "request.limit_reached": "tests/rooms/accounts/test_attempts.py::test_made_up_labels_fill_no_log",
    "revocation.list_late": "tests/rooms/revocation/test_upkeep.py::test_each_of_the_two_is_an_entry_by_the_program",
    "revocation.list_too_old": "tests/rooms/revocation/test_upkeep.py::test_each_of_the_two_is_an_entry_by_the_program",
}
