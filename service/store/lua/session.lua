-- Find a session that has not ended, and whose it is; say, now and then, that it is in use.
--
-- @include clock
--
-- KEYS
--   session     hash  member, credential, began, seen, browser, network, told
--   people      hash  person id → Member as JSON
-- ARGV
--   life        ms that a session lasts at most
--   idle        ms that it lasts unused
--   note_after  ms after which its use is noted anew; 0: it is only looked at
--   slack       ms by which a clock may have gone back
-- Answers  false | {member, credential, began, seen, browser, network, told, Member as JSON or ''}

local found = redis.call('HMGET', K.session, 'member', 'credential', 'began', 'seen', 'browser', 'network', 'told')
if not found[1] then return false end

local began, seen = tonumber(found[3]), tonumber(found[4])
-- One that lies further ahead was begun by a clock that went back since, and would last longer than any.
if math.max(began, seen) > now + A.slack then return false end
if now - began >= tonumber(A.life) or now - seen >= tonumber(A.idle) then return false end

local note_after = tonumber(A.note_after)
if note_after > 0 and now - seen >= note_after then
    redis.call('HSET', K.session, 'seen', string.format('%d', now))
    redis.call('PEXPIRE', K.session, math.min(began + A.life - now, A.idle))
end

found[8] = redis.call('HGET', K.people, found[1]) or ''
return found
