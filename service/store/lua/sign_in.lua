-- Count a try to sign in against its paces (GCRA: the generic cell rate algorithm). Too many for a name from one network,
-- or from a network, wait until the next is welcome. Too many for a name, from wherever, only wait a moment each: a turn
-- that is waited for is admitted, so that nobody can keep the right person out.
--
-- KEYS  1 pair     string  theoretical arrival time of the next try of this name from this network, ms; expires
--       2 network  string  the same, from this network; expires
--       3 name     string  the same, of this name; expires
--       4 turn     string  ms from when this name may be tried from this network all the same; expires
-- ARGV  1 ms between tries, 2 burst, ms: of the pair    3, 4 of the network    5, 6 of the name
--       7 ms to wait for a turn    8 ms in which it is taken up
-- Answers  0 (welcome, and counted) | ms to wait

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local arrivals = {}

for pace = 1, 3 do
  local interval, burst = tonumber(ARGV[pace * 2 - 1]), tonumber(ARGV[pace * 2])
  local arrival = tonumber(redis.call('GET', KEYS[pace]) or 0)
  -- What lies further ahead than a burst was stored by a clock that went back since.
  if arrival < now or arrival > now + burst then arrival = now end
  arrivals[pace] = arrival + interval
  local wait = arrivals[pace] - now - burst
  if wait > 0 and pace < 3 then return math.ceil(wait) end
  if wait > 0 then
    local delay, turn = tonumber(ARGV[7]), tonumber(redis.call('GET', KEYS[4]) or 0)
    if turn == 0 or turn > now + delay then
      turn = now + delay
      redis.call('SET', KEYS[4], string.format('%d', turn), 'PX', delay + ARGV[8])
    end
    if turn > now then return turn - now end
    redis.call('DEL', KEYS[4])
    arrivals[pace] = now + burst
  end
end

for pace = 1, 3 do
  redis.call('SET', KEYS[pace], string.format('%d', arrivals[pace]), 'PX', math.ceil(arrivals[pace] - now))
end
return 0
