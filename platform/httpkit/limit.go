package httpkit

import (
	"crypto/sha256"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"samtjanst/platform/fault"
)

// Limit bounds how often the routes that share it may be used: by one address, and by one browser session. A library or
// a school has many people behind one address, so the address gets more.
type Limit struct {
	Name       string
	PerAddress Rate
	PerSession Rate
}

// Rate lets Burst through at once and then one each Every. The zero value lets everything through.
type Rate struct {
	Every time.Duration
	Burst int
}

// limiter holds a bucket for each limit and client. Buckets that have filled up again are forgotten.
type limiter struct {
	mu      sync.Mutex
	buckets map[bucketKey]*bucket
	swept   time.Time
}

type bucketKey struct {
	limit  string
	client [sha256.Size]byte // hashed: addresses and cookies are not kept
}

type bucket struct {
	*rate.Limiter
	full time.Time // when it will have filled up again
}

func newLimiter() *limiter { return &limiter{buckets: map[bucketKey]*bucket{}} }

// limit answers fault.TooMany with the time to wait.
func (k *Kit) limit(r *Request) error {
	l := r.route.Limit
	if l == nil {
		return nil
	}
	now := k.Clock.Now()
	wait := k.limiter.take(l.Name+"/address", r.IP(), l.PerAddress, now)
	if cookie := r.Cookie(r.route.Site.Kind.Cookie()); cookie != "" && wait == 0 {
		wait = k.limiter.take(l.Name+"/session", cookie, l.PerSession, now)
	}
	if wait > 0 {
		return retry{fault.Newf("httpkit.limit", fault.TooMany, "limit %s", l.Name), wait}
	}
	return nil
}

// take gives 0, or how long to wait.
func (l *limiter) take(limit, client string, r Rate, now time.Time) time.Duration {
	if r.Every == 0 || r.Burst == 0 {
		return 0
	}
	key := bucketKey{limit, sha256.Sum256([]byte(client))}
	l.mu.Lock()
	defer l.mu.Unlock()
	if now.Sub(l.swept) > time.Minute {
		for k, b := range l.buckets {
			if b.full.Before(now) {
				delete(l.buckets, k)
			}
		}
		l.swept = now
	}
	b := l.buckets[key]
	if b == nil {
		b = &bucket{Limiter: rate.NewLimiter(rate.Every(r.Every), r.Burst)}
		l.buckets[key] = b
	}
	b.full = now.Add(time.Duration(r.Burst) * r.Every)
	res := b.ReserveN(now, 1)
	wait := res.DelayFrom(now)
	if wait > 0 {
		res.CancelAt(now)
	}
	return wait
}
