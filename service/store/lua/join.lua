-- Take an invitation up: store the person, who gets the name, and spend it, in one step; or neither.
--
-- KEYS
--   invitation      string  Member to be, as JSON, or "used <person id>"
--   names           hash    case-folded sign-in name → person id
--   people          hash    person id → Member as JSON
--   sites           hash    *: how often people and tokens came and went
-- ARGV
--   life            ms for which an invitation is good
--   remembered_for  ms for which it is remembered after that
--   used            "used "
--   name            name, case-folded
--   id              person id
--   person          person, JSON
--   changes         the count at which names were compared
-- Answers  "unknown" | "used" | "expired" | "changed" (since they were compared) | "taken" (the name) | "joined"

local stored = redis.call('GET', K.invitation)
if not stored then return 'unknown' end
-- A client that lost our answer and asked again gets the same one.
if stored == A.used .. A.id then return 'joined' end
if string.sub(stored, 1, #A.used) == A.used then return 'used' end

-- One that would last longer than any was made by a clock that went back since: it has ended.
local left = redis.call('PTTL', K.invitation) - A.remembered_for
if left <= 0 or left > tonumber(A.life) then return 'expired' end

if (redis.call('HGET', K.sites, '*') or '0') ~= A.changes then return 'changed' end
if redis.call('HSETNX', K.names, A.name, A.id) == 0 then return 'taken' end
redis.call('HSET', K.people, A.id, A.person)
redis.call('HINCRBY', K.sites, '*', 1)
redis.call('SET', K.invitation, A.used .. A.id, 'PX', A.remembered_for)
return 'joined'
