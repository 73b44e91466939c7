-- Find a session that has not ended, and whose it is; say, now and then, that it is in use.
--
-- KEYS  1 session  hash  member, credential, began, seen, browser, network, told
--       2 people   hash  person id → Member as JSON
-- ARGV  1 ms that a session lasts at most    2 ms that it lasts unused
--       3 ms after which its use is noted anew; 0: it is only looked at
--       4 ms by which a clock may have gone back
-- Answers  false | {member, credential, began, seen, browser, network, told, Member as JSON or ''}

local names = {'member', 'credential', 'began', 'seen', 'browser', 'network', 'told'}
local found = redis.call('HMGET', KEYS[1], unpack(names))
if not found[1] then return false end

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local began, seen = tonumber(found[3]), tonumber(found[4])
-- One that lies further ahead was begun by a clock that went back since, and would last longer than any.
if math.max(began, seen) > now + ARGV[4] then return false end
if now - began >= tonumber(ARGV[1]) or now - seen >= tonumber(ARGV[2]) then return false end

local note = tonumber(ARGV[3])
if note > 0 and now - seen >= note then
  redis.call('HSET', KEYS[1], 'seen', string.format('%d', now))
  redis.call('PEXPIRE', KEYS[1], math.min(began + ARGV[1] - now, ARGV[2]))
end

found[8] = redis.call('HGET', KEYS[2], found[1]) or ''
return found
