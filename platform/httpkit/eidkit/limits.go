package eidkit

import (
	"time"

	"samtjanst/platform/httpkit"
)

// Limits on what begins or asks for an e-legitimation. Many people sit behind the address of a library, a school or a town hall.
var (
	StartLimit = &httpkit.Limit{Name: "eid-start", PerAddress: httpkit.Rate{Every: 2 * time.Second, Burst: 30},
		PerSession: httpkit.Rate{Every: 10 * time.Second, Burst: 6}}
	PollLimit = &httpkit.Limit{Name: "eid-poll", PerAddress: httpkit.Rate{Every: 50 * time.Millisecond, Burst: 400},
		PerSession: httpkit.Rate{Every: time.Second, Burst: 30}}
	// AnswerLimit bounds what anybody can have kept for a while without being known.
	AnswerLimit = &httpkit.Limit{Name: "eid-answer", PerAddress: httpkit.Rate{Every: time.Second, Burst: 60}}
	CodeLimit   = &httpkit.Limit{Name: "eid-qr", PerAddress: httpkit.Rate{Every: 50 * time.Millisecond, Burst: 400},
		PerSession: httpkit.Rate{Every: 500 * time.Millisecond, Burst: 30}}
)
