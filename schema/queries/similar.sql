-- Earlier decisions of the organ on the same cause, the latest first; by the number of the decision where it has one.
-- name: similar_cases :many
-- in:   case_id bigint
-- out:  matter_id bigint, number text?, title text, decided_on date, outcome text, fine_fen bigint?, discretion text
SELECT f.matter_id,
       coalesce((SELECT o.number FROM ipcase.document o WHERE o.matter_id = f.matter_id AND o.paper IN ('市监处罚', '市监不罚')
                  ORDER BY o.seq DESC LIMIT 1), f.number),
       f.title, f.decided_on, f.outcome, r.fine_fen, coalesce(d.body::json -> 'facts' ->> 'discretion', '')
  FROM ipcase.form_mark f
  JOIN ipcase.dossier d ON d.matter_id = f.matter_id
  LEFT JOIN ipcase.rate_mark r ON r.matter_id = f.matter_id AND r.known_until = 'infinity'
 WHERE f.known_until = 'infinity' AND f.decided_on IS NOT NULL AND f.matter_id <> $1::bigint
   AND f.organ_id = (SELECT organ_id FROM ipcase.matter WHERE id = $1::bigint)
   AND f.cause = (SELECT cause FROM ipcase.form_mark WHERE matter_id = $1::bigint AND known_until = 'infinity')
   AND f.decided_on <= coalesce((SELECT decided_on FROM ipcase.form_mark
                                  WHERE matter_id = $1::bigint AND known_until = 'infinity'), 'infinity')
 ORDER BY f.decided_on DESC, f.matter_id DESC LIMIT 20;
