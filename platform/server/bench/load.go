package main

import (
	"bytes"
	"errors"
	"fmt"
	"html"
	"net/url"
	"regexp"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/valyala/fasthttp"
)

// figure is one line of the table.
type figure struct {
	what  string
	n     int
	took  time.Duration
	each  []time.Duration // how long every one took, sorted
	cpu   time.Duration   // of the platform's process, in all
	bytes int             // of the answer
	note  string
}

func (f figure) perSecond() float64 { return float64(f.n) / f.took.Seconds() }

// at gives a quantile of the times, 0 when none were taken.
func (f figure) at(q float64) time.Duration {
	if len(f.each) == 0 {
		return 0
	}
	return f.each[min(int(q*float64(len(f.each))), len(f.each)-1)]
}

// loop lets clients call do until the time is over or it has been called most times (0 for no bound); do gets the client's
// number and the call's. The first error ends it. The time that counts is until the last call has been answered.
func loop(what string, clients int, d time.Duration, most int, do func(client, call int) error) (figure, error) {
	var (
		wg     sync.WaitGroup
		mu     sync.Mutex
		calls  atomic.Int64
		failed error
		f      = figure{what: what}
		began  = time.Now()
	)
	for c := range clients {
		wg.Go(func() {
			var own []time.Duration
			for d == 0 || time.Since(began) < d {
				call := int(calls.Add(1) - 1)
				if most > 0 && call >= most {
					break
				}
				start := time.Now()
				if err := do(c, call); err != nil {
					mu.Lock()
					failed = errors.Join(failed, err)
					mu.Unlock()
					return
				}
				own = append(own, time.Since(start))
			}
			mu.Lock()
			f.each = append(f.each, own...)
			mu.Unlock()
		})
	}
	wg.Wait()
	f.took, f.n = time.Since(began), len(f.each)
	slices.Sort(f.each)
	if failed != nil {
		return f, fmt.Errorf("%s: %w", what, failed)
	}
	if f.n == 0 {
		return f, fmt.Errorf("%s: nothing was done", what)
	}
	return f, nil
}

// browser is a citizen's or an officer's browser: one session at one address.
type browser struct {
	http    *fasthttp.HostClient
	cookie  string // name=value
	address string // that the proxy says it has
}

// page is what a browser got.
type page struct {
	status   int
	location string
	body     []byte
}

func (b browser) get(path string) (page, error) { return b.do("GET", path, nil) }

func (b browser) post(path string, v url.Values) (page, error) {
	p, err := b.do("POST", path, v)
	if err == nil && p.status != fasthttp.StatusSeeOther {
		err = fmt.Errorf("POST %s: status %d: %s", path, p.status, excerpt(p.body))
	}
	return p, err
}

func (b browser) do(method, path string, form url.Values) (page, error) {
	req, res := fasthttp.AcquireRequest(), fasthttp.AcquireResponse()
	defer fasthttp.ReleaseRequest(req)
	defer fasthttp.ReleaseResponse(res)
	req.Header.SetMethod(method)
	req.SetRequestURI("http://localhost" + path)
	req.Header.Set("Cookie", b.cookie)
	req.Header.Set("X-Forwarded-For", b.address)
	req.Header.Set("Sec-Fetch-Site", "same-origin")
	if form != nil {
		req.Header.SetContentType("application/x-www-form-urlencoded")
		req.SetBodyString(form.Encode())
	}
	if err := b.http.DoTimeout(req, res, 30*time.Second); err != nil {
		return page{}, fmt.Errorf("%s %s: %w", method, path, err)
	}
	p := page{status: res.StatusCode(), location: string(res.Header.Peek("Location")), body: bytes.Clone(res.Body())}
	if method == "GET" && p.status >= 400 {
		return p, fmt.Errorf("%s %s: status %d: %s", method, path, p.status, excerpt(p.body))
	}
	return p, nil
}

var tags = regexp.MustCompile(`(?s)<(head|nav|header|script)[ >].*?</(head|nav|header|script)>|<[^>]*>`)

// excerpt is a page's text, cut.
func excerpt(body []byte) string {
	text := bytes.Join(bytes.Fields(tags.ReplaceAll(body, []byte(" "))), []byte(" "))
	return html.UnescapeString(string(text[:min(len(text), 600)]))
}

var hiddenInput = regexp.MustCompile(`<input type="hidden" name="([^"]+)" value="([^"]*)"`)

// hidden are the names and values of a page's hidden controls: what a browser sends beside what is typed.
func hidden(body []byte) url.Values {
	v := url.Values{}
	for _, m := range hiddenInput.FindAllSubmatch(body, -1) {
		if name := html.UnescapeString(string(m[1])); !v.Has(name) || name[0] == 'r' {
			v.Add(name, html.UnescapeString(string(m[2])))
		}
	}
	return v
}
