-- Stop an endpoint: paused by its owner, or disabled by us, which its site is told of.
--
-- KEYS  1 endpoints  hash    the site's endpoints
--       2 health     hash    paused, disabled, disabled_at, failing_from, missing_from, sequence
--       3 event      hash    the event to tell (disabled)
--       4 outbox     stream  events to fan out
-- ARGV  1 endpoint id    2 "" to pause, or why it is disabled    3 event id    4 event type    5 event data, JSON
--       6 event life, ms    7 site    8 longest undo window, ms
-- Answers  "missing" | "already" | "stopped"

if redis.call('HEXISTS', KEYS[1], ARGV[1]) == 0 then return 'missing' end

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local why = ARGV[2]

if why == '' then return redis.call('HSETNX', KEYS[2], 'paused', 1) == 1 and 'stopped' or 'already' end
if redis.call('HSETNX', KEYS[2], 'disabled', why) == 0 then return 'already' end

-- What it missed begins with what it failed on, which was logged an undo window before it was due, at most.
local missing_from = math.min(redis.call('HGET', KEYS[2], 'failing_from') or now, now) - ARGV[8]
local missed = tonumber(redis.call('HGET', KEYS[2], 'missing_from') or math.huge)
redis.call('HSET', KEYS[2], 'missing_from', string.format('%d', math.min(missing_from, missed)))
redis.call('HSET', KEYS[2], 'disabled_at', now)
local sequence = redis.call('HINCRBY', KEYS[2], 'sequence', 1)
redis.call('HSET', KEYS[3], 'type', ARGV[4], 'comment', ARGV[1], 'sequence', sequence, 'at', now, 'not_before', now,
    'data', ARGV[5])
redis.call('PEXPIRE', KEYS[3], ARGV[6])
redis.call('XADD', KEYS[4], '*', 'site', ARGV[7], 'event', ARGV[3], 'comment', ARGV[1], 'sequence', sequence)
return 'stopped'
