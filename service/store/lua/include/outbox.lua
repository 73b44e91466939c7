-- The event that goes with a change, and the outbox, from where it is fanned out.
--
-- @include clock

-- Write the event about *subject*, a comment or an endpoint, and put it into the outbox. *sequence* numbers the events of
-- one subject; it is delivered at *not_before*, at the earliest.
local function emit(subject, sequence, not_before)
    redis.call('HSET', K.event, 'type', A.event_type, 'comment', subject, 'sequence', sequence, 'at', now,
        'not_before', not_before, 'data', A.event_data)
    redis.call('PEXPIRE', K.event, A.event_life)
    redis.call('XADD', K.outbox, '*', 'site', A.site, 'event', A.event_id, 'comment', subject, 'sequence', sequence)
end
