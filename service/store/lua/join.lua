-- Take an invitation up: store the person, who gets the name, and spend it, in one step; or neither.
--
-- KEYS  1 invitation  string  Member to be, as JSON, or "used <person id>"
--       2 names       hash    case-folded sign-in name → person id
--       3 people      hash    person id → Member as JSON
--       4 sites       hash    *: how often people and tokens came and went
-- ARGV  1 ms for which an invitation is good    2 ms for which it is remembered after that    3 "used "
--       4 name, case-folded    5 person id    6 person, JSON    7 the count at which names were compared
-- Answers  "unknown" | "used" | "expired" | "changed" (since they were compared) | "taken" (the name) | "joined"

local stored = redis.call('GET', KEYS[1])
if not stored then return 'unknown' end
-- A client that lost our answer and asked again gets the same one.
if stored == ARGV[3] .. ARGV[5] then return 'joined' end
if string.sub(stored, 1, #ARGV[3]) == ARGV[3] then return 'used' end

-- One that would last longer than any was made by a clock that went back since: it has ended.
local left = redis.call('PTTL', KEYS[1]) - ARGV[2]
if left <= 0 or left > tonumber(ARGV[1]) then return 'expired' end

if (redis.call('HGET', KEYS[4], '*') or '0') ~= ARGV[7] then return 'changed' end
if redis.call('HSETNX', KEYS[2], ARGV[4], ARGV[5]) == 0 then return 'taken' end
redis.call('HSET', KEYS[3], ARGV[5], ARGV[6])
redis.call('HINCRBY', KEYS[4], '*', 1)
redis.call('SET', KEYS[1], ARGV[3] .. ARGV[5], 'PX', ARGV[2])
return 'joined'
