package scim

import (
	"crypto/sha256"
	"net"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// Guesses of tokens that an address may make at once, and how long until it may make another.
const (
	maxGuesses = 20
	guessEvery = 6 * time.Second
)

// limits bound how often organisations ask, and how often addresses guess.
type limits struct {
	perSecond rate.Limit
	burst     int

	mu      sync.Mutex
	tenants map[string]*rate.Limiter
	wrong   map[[sha256.Size]byte]*rate.Limiter // hashed: addresses are not kept
	swept   time.Time
}

func newLimits(d Deps) *limits {
	return &limits{perSecond: rate.Limit(d.PerSecond), burst: d.Burst, tenants: map[string]*rate.Limiter{}, wrong: map[[sha256.Size]byte]*rate.Limiter{}}
}

// take counts an organisation's request and gives 0, or how long to wait when it is not counted.
func (l *limits) take(tenant string, now time.Time) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	b := l.tenants[tenant]
	if b == nil {
		b = rate.NewLimiter(l.perSecond, l.burst)
		l.tenants[tenant] = b
	}
	res := b.ReserveN(now, 1)
	wait := res.DelayFrom(now)
	if wait > 0 {
		res.CancelAt(now)
	}
	return wait
}

func address(remote string) [sha256.Size]byte {
	if host, _, err := net.SplitHostPort(remote); err == nil {
		remote = host
	}
	return sha256.Sum256([]byte(remote))
}

// guesses gives how long an address that has guessed too often has to wait.
func (l *limits) guesses(remote string, now time.Time) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	b := l.wrong[address(remote)]
	if b == nil || b.TokensAt(now) >= 1 {
		return 0
	}
	return guessEvery
}

// guessed counts a token that was wrong.
func (l *limits) guessed(remote string, now time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if now.Sub(l.swept) > time.Minute {
		for k, b := range l.wrong {
			if b.TokensAt(now) >= maxGuesses {
				delete(l.wrong, k)
			}
		}
		l.swept = now
	}
	at := address(remote)
	if l.wrong[at] == nil {
		l.wrong[at] = rate.NewLimiter(rate.Every(guessEvery), maxGuesses)
	}
	l.wrong[at].AllowN(now, 1)
}
