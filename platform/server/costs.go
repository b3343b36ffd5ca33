package server

import (
	"context"
	"time"

	"samtjanst/platform/config"
	"samtjanst/platform/flow"
	metering "samtjanst/platform/flow/usage"
)

// settleEvery is between looks for whether the settlement key is to be adjusted.
const settleEvery = time.Hour

// flushPatience is how long a stop waits for the last counts to be written.
const flushPatience = 5 * time.Second

// meter has the use cases count what is paid for by the piece. What is counted until the last request has been answered is written before the
// store is closed.
func (s *Server) meter(use *flow.Service, cfg config.Config, o Options) {
	use.Usage, use.Prices = metering.NewMeter(s.Store, o.Clock), cfg.Usage.Prices
	s.closers = append(s.closers, func() error {
		ctx, cancel := context.WithTimeout(context.Background(), flushPatience)
		defer cancel()
		return use.Usage.Flush(ctx)
	})
}

// settle writes counts and makes settlement keys, until the context ends.
func (s *Server) settle(ctx context.Context, o Options) {
	s.every(ctx, flow.UsageEvery, func() {
		if err := s.Flow.Usage.Flush(ctx); err != nil && ctx.Err() == nil {
			o.Log.Error("counts of logins and signatures not written; they are written the next time", "error", err)
		}
	})
	keys := func() {
		if err := s.Flow.SettleKeys(ctx); err != nil && ctx.Err() == nil {
			o.Log.Error("the settlement key is not made, and is tried again", "error", err)
		}
	}
	s.jobs.Go(keys)
	s.every(ctx, settleEvery, keys)
}
