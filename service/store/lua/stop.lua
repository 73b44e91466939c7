-- Stop an endpoint: paused by its owner, or disabled by us, which its site is told of.
--
-- @include clock, outbox
--
-- KEYS
--   endpoints     hash    the site's endpoints
--   health        hash    paused, disabled, disabled_at, failing_from, missing_from, sequence
-- KEYS to disable
--   event         hash    the event of it
--   outbox        stream  events to fan out
-- ARGV
--   id            endpoint id
-- ARGV to disable
--   reason        why it is disabled
--   longest_undo  longest undo window, ms
--   event_id      event id
--   event_type    event type
--   event_data    event data, JSON
--   event_life    event life, ms
--   site          site
-- Answers  "missing" | "already" | "stopped"

if redis.call('HEXISTS', K.endpoints, A.id) == 0 then return 'missing' end

if not A.reason then return redis.call('HSETNX', K.health, 'paused', 1) == 1 and 'stopped' or 'already' end
if redis.call('HSETNX', K.health, 'disabled', A.reason) == 0 then return 'already' end

-- What it missed begins with what it failed on, which was logged an undo window before it was due, at most.
local missing_from = math.min(redis.call('HGET', K.health, 'failing_from') or now, now) - A.longest_undo
local missed = tonumber(redis.call('HGET', K.health, 'missing_from') or math.huge)
redis.call('HSET', K.health, 'missing_from', string.format('%d', math.min(missing_from, missed)))
redis.call('HSET', K.health, 'disabled_at', now)
emit(A.id, redis.call('HINCRBY', K.health, 'sequence', 1), now)
return 'stopped'
