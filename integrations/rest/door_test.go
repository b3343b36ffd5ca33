package rest

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"samtjanst/platform/clock"
	"samtjanst/platform/fault"
)

// A register goes silent for long, and comes back: at first everybody waits for the whole time limit, then one at a time does and the others
// are told after a second; with the first answer all are let in.
func TestACrowdDoesNotWaitForARegisterThatIsSilent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := &register{}
		var silent atomic.Bool
		var asked atomic.Int32
		var mu sync.Mutex
		c := client(roundTrip(func(req *http.Request) (*http.Response, error) {
			asked.Add(1)
			if silent.Load() {
				<-req.Context().Done()
				return nil, req.Context().Err()
			}
			mu.Lock()
			defer mu.Unlock()
			return r.RoundTrip(req)
		}), clock.System{})
		var said []string
		c.door.log = func(what string) { said = append(said, what) }
		crowd := func() (answered, soon, late int) {
			var wg sync.WaitGroup
			began := time.Now()
			for range 20 {
				wg.Go(func() {
					err := call(t.Context(), c)
					mu.Lock()
					defer mu.Unlock()
					switch took := time.Since(began); {
					case err == nil:
						answered++
					case !errors.Is(err, fault.Unavailable):
						t.Error(err)
					case took <= atTheDoor:
						soon++
					default:
						late++
					}
				})
			}
			wg.Wait()
			return answered, soon, late
		}
		if answered, _, _ := crowd(); answered != 20 {
			t.Errorf("%d answered", answered)
		}
		silent.Store(true)
		if _, _, late := crowd(); late != 20 {
			t.Errorf("at first %d wait", late)
		}
		asked.Store(0)
		if _, soon, late := crowd(); soon != 19 || late != 1 || asked.Load() != 1 {
			t.Errorf("then %d are told soon, %d wait, %d asked", soon, late, asked.Load())
		}
		silent.Store(false)
		if answered, _, _ := crowd(); answered != 20 {
			t.Errorf("it answers again, and %d are answered", answered)
		}
		if len(said) != 2 || !strings.Contains(said[0], "silent") || !strings.Contains(said[1], "again") {
			t.Errorf("the operator is told %q", said)
		}
	})
}

// What counts as silence: not that somebody gave up, not that our own limit on calls left no time.
func TestWhatTheDoorLearns(t *testing.T) {
	silence := fault.New("op", fault.Unavailable, why(context.DeadlineExceeded))
	for name, test := range map[string]struct {
		told []error
		want bool // one at a time
	}{
		"few silences":      {[]error{silence, silence}, false},
		"silences on end":   {[]error{silence, silence, silence}, true},
		"an answer between": {[]error{silence, silence, nil, silence}, false},
		"gave up":           {[]error{silence, silence, fault.New("op", fault.Unavailable, why(context.Canceled))}, false},
		"no time to call":   {[]error{silence, silence, fault.Newf("op", fault.Unavailable, "no time left"), silence}, true},
	} {
		d := door{log: func(string) {}}
		for _, err := range test.told {
			leave, refused := d.enter(t.Context())
			if refused != nil {
				t.Fatalf("%s: %v", name, refused)
			}
			leave(err)
		}
		if _, err := d.enter(t.Context()); err != nil {
			t.Errorf("%s: nobody may try: %v", name, err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := d.enter(ctx); (err != nil) != test.want {
			t.Errorf("%s: beside the one who tries: %v", name, err)
		}
	}
}
