-- Keep what a session's next page shows, if the session is still there.
--
-- KEYS  1 session  hash
-- ARGV  1 what it shows, as JSON; '' once it was shown
-- Answers  0 (it ended) | 1

if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end

redis.call('HSET', KEYS[1], 'told', ARGV[1])
return 1
