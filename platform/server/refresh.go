package server

import (
	"context"
	"log/slog"
	"time"
)

// newsEvery is the pause between looks for what has been published by other processes.
const newsEvery = 2 * time.Second

// followNews lets this process see what others publish, until the context ends.
func (s *Server) followNews(ctx context.Context, log *slog.Logger) {
	s.jobs.Add(1)
	go func() {
		defer s.jobs.Done()
		tick := time.NewTicker(newsEvery)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
			}
			if _, err := s.Flow.Catalog.Refresh(ctx, s.Flow.Clock.Now()); err != nil && ctx.Err() == nil {
				log.Error("published forms not read again", "error", err)
			}
		}
	}()
}
