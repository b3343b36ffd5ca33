// Package outage is the switch by which a simulator is told to fail: which fault, and how many times; and the scripts by which it is told so.
package outage

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"time"
)

// Switch holds one fault of those that a simulator knows; "" is none. Safe for concurrent use.
type Switch[F ~string] struct {
	all []F

	mu   sync.Mutex
	now  F
	left int // how many times more; 0 means until told otherwise
}

// New makes a switch that knows these faults.
func New[F ~string](all ...F) *Switch[F] { return &Switch[F]{all: all} }

// All lists the faults that the switch knows.
func (s *Switch[F]) All() []F { return slices.Clone(s.all) }

// Set makes the fault strike as many times; 0 means until told otherwise, "" ends it.
func (s *Switch[F]) Set(f F, times int) error {
	if f != "" && !slices.Contains(s.all, f) {
		return fmt.Errorf("outage: no fault is called %q; there are %q", f, s.all)
	}
	if times < 0 {
		return fmt.Errorf("outage: %d times", times)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.now, s.left = f, times
	return nil
}

// State tells the fault and how many times it will strike.
func (s *Switch[F]) State() (F, int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.now, s.left
}

// Take gives the fault that strikes now and counts it off.
func (s *Switch[F]) Take() F {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.take()
}

// Strikes reports whether this very fault strikes now, and counts it off if so.
func (s *Switch[F]) Strikes(f F) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.now == f && f != "" && s.take() == f
}

func (s *Switch[F]) take() F {
	f := s.now
	if f != "" && s.left > 0 {
		if s.left--; s.left == 0 {
			s.now = ""
		}
	}
	return f
}

// Form sets the switch from a form with fault and times, if the form has a fault.
func (s *Switch[F]) Form(r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return fmt.Errorf("outage: %w", err)
	}
	c, err := FromForm[F](r.PostForm)
	if err != nil {
		return err
	}
	return s.Do(c, nil)
}

// View is what the shell's form shows.
func (s *Switch[F]) View(action string) View {
	now, left := s.State()
	v := View{Action: action, Now: string(now), Left: left}
	for _, f := range s.all {
		v.All = append(v.All, string(f))
	}
	return v
}

// View is a switch as a page shows it.
type View struct {
	Action string // where the form is posted
	Now    string
	Left   int
	All    []string
}

// Answer gives the answer of a fault that strikes before anything is looked at, if it is one: "down" breaks the connection off, and one that is
// named by a status is that status. It reports whether it has answered.
func Answer[F ~string](w http.ResponseWriter, f F) bool {
	if f == "down" {
		panic(http.ErrAbortHandler) // closes the connection without an answer
	}
	status, err := strconv.Atoi(string(f))
	if err != nil {
		return false
	}
	http.Error(w, http.StatusText(status), status)
	return true
}

// Wait lets a slow register's time pass, and reports whether the caller is still there.
func Wait(ctx context.Context, delay time.Duration) bool {
	select {
	case <-time.After(delay):
		return true
	case <-ctx.Done():
		return false
	}
}
