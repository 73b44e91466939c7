-- Count a try to sign in against its rate limits. Too many for a name from one network, or from a network, wait until the
-- next is welcome. Too many for a name, from wherever, only wait a moment each: a turn that is waited for is admitted, so
-- that nobody can keep the right person out.
--
-- @include clock, rate_limit
--
-- KEYS
--   pair              string  theoretical arrival time of the next try of this name from this network, ms; expires
--   network           string  the same, from this network; expires
--   name              string  the same, of this name; expires
--   turn              string  ms from when this name may be tried from this network all the same; expires
-- ARGV
--   pair_interval     of the pair: ms between tries
--   pair_burst        of the pair: ms that may be taken in advance
--   network_interval  of the network: the same
--   network_burst     of the network: the same
--   name_interval     of the name: the same
--   name_burst        of the name: the same
--   turn_delay        ms to wait for a turn
--   turn_life         ms in which it is taken up
-- Answers  0 (welcome, and counted) | ms to wait

local pair, pair_wait = next_arrival(K.pair, A.pair_interval, tonumber(A.pair_burst))
if pair_wait > 0 then return math.ceil(pair_wait) end

local network, network_wait = next_arrival(K.network, A.network_interval, tonumber(A.network_burst))
if network_wait > 0 then return math.ceil(network_wait) end

local name, name_wait = next_arrival(K.name, A.name_interval, tonumber(A.name_burst))
if name_wait > 0 then
    local delay, turn = tonumber(A.turn_delay), tonumber(redis.call('GET', K.turn) or 0)
    if turn == 0 or turn > now + delay then
        turn = now + delay
        redis.call('SET', K.turn, string.format('%d', turn), 'PX', delay + A.turn_life)
    end
    if turn > now then return turn - now end
    redis.call('DEL', K.turn)
    name = now + A.name_burst
end

keep_arrival(K.pair, pair)
keep_arrival(K.network, network)
keep_arrival(K.name, name)
return 0
