-- A co-officer's own queue: his matters are his work as much as the first officer's.

CREATE INDEX matter_queue_co_officer_idx ON ipcase.matter (co_officer_id, next_due_on, id)
    INCLUDE (unit_id, kind, state, turn, number, title, party, officer_name, next_rule, version)
    WHERE open;
