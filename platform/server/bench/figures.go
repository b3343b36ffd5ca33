package main

import (
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"time"

	"samtjanst/forms/answers"

	"github.com/valyala/fasthttp"
)

// figures measures everything, in the order of the table.
func (b *bench) figures() error {
	steps := []func() error{b.opened, b.opened200, b.posted, b.posted50, b.begun, b.submitted, b.journeys, b.signed, b.notice, b.inbox}
	if b.forms {
		steps = nil
	}
	for _, step := range append(steps, b.condition, b.rowPosted) {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

// opened is the first page of a form that has been begun, beside a Fiber handler that sends the same bytes.
func (b *bench) opened() error {
	_, browsers, err := b.next(b.clients)
	if err != nil {
		return err
	}
	paths := make([]string, b.clients)
	var first page
	for i, br := range browsers {
		draft, err := begin(br)
		if err != nil {
			return err
		}
		p, err := br.get(draft)
		if err != nil {
			return err
		}
		paths[i] = p.location
		if first, err = br.get(paths[i]); err != nil {
			return err
		}
	}
	var at Addresses
	if err := b.call("Bare", first.body, &at); err != nil {
		return err
	}
	bare := &fasthttp.HostClient{Addr: at.Bare, MaxConns: 4 * b.clients}
	base, err := b.measure("Fiber handler, same bytes", b.clients, b.duration, 0, func(c, _ int) error {
		_, err := browser{http: bare, cookie: browsers[c].cookie, address: browsers[c].address}.get(paths[c])
		return err
	})
	if err != nil {
		return err
	}
	base.bytes = len(first.body)
	b.table.add(base, nil, 0)
	f, err := b.measure("first page opened", b.clients, b.duration, 0, func(c, _ int) error {
		_, err := browsers[c].get(paths[c])
		return err
	})
	f.bytes = len(first.body)
	b.table.add(f, &base, 5000)
	return err
}

// wide makes a draft of a form of so many fields for each client.
func (b *bench) wide(fields int) ([]browser, []string, error) {
	fs, browsers, err := b.next(b.clients)
	if err != nil {
		return nil, nil, err
	}
	var ids []string
	if err := b.call("WideDrafts", Wide{fields, peopleOf(fs)}, &ids); err != nil {
		return nil, nil, err
	}
	for i, id := range ids {
		ids[i] = "/ansokan/" + id + "/" + widePage
	}
	return browsers, ids, nil
}

func (b *bench) opened200() error {
	browsers, paths, err := b.wide(200)
	if err != nil {
		return err
	}
	size := 0
	f, err := b.measure("page of 200 fields opened", b.clients, b.duration, 0, func(c, _ int) error {
		p, err := browsers[c].get(paths[c])
		if c == 0 {
			size = len(p.body)
		}
		return err
	})
	f.bytes = size
	b.table.add(f, nil, 0)
	return err
}

// bareInsert measures durable inserts of rows of a size into a bare table.
func (b *bench) bareInsert(what string, size int) (figure, error) {
	t, err := openBare(b.dir, size)
	if err != nil {
		return figure{}, err
	}
	defer t.db.Close()
	f, err := loop(what, b.clients, b.duration/2, 0, func(int, int) error { return t.add() })
	f.bytes = size
	b.table.add(f, nil, 0)
	return f, err
}

// posting posts a page again and again, each client in a draft of its own.
func (b *bench) posting(what string, browsers []browser, paths []string, values []url.Values, aim float64, base *figure) error {
	forms, revs := make([]url.Values, len(paths)), make([]int64, len(paths))
	for i, at := range paths {
		p, err := browsers[i].get(at)
		if err != nil {
			return err
		}
		forms[i] = hidden(p.body)
		maps.Copy(forms[i], values[i])
		if revs[i], err = strconv.ParseInt(forms[i].Get(answers.FieldRevision), 10, 64); err != nil {
			return fmt.Errorf("%s: no revision", what)
		}
	}
	f, err := b.measure(what, b.clients, b.duration, 0, func(c, _ int) error {
		forms[c].Set(answers.FieldRevision, strconv.FormatInt(revs[c], 10))
		revs[c]++
		_, err := browsers[c].post(paths[c], forms[c])
		return err
	})
	b.table.add(f, base, aim)
	return err
}

// posted is the first page of the form that is shipped.
func (b *bench) posted() error {
	fs, browsers, err := b.next(b.clients)
	if err != nil {
		return err
	}
	paths, values := make([]string, b.clients), make([]url.Values, b.clients)
	for i, br := range browsers {
		draft, err := begin(br)
		if err != nil {
			return err
		}
		p, err := br.get(draft)
		if err != nil {
			return err
		}
		paths[i] = p.location
		values[i] = answersOf(fs[i], time.Now())[pageOf(p.location)]
	}
	size, err := rowBytes(b.data(), "SELECT avg(length(body)+length(key)) FROM drafts WHERE id NOT LIKE 'wide-%'")
	if err != nil {
		return err
	}
	base, err := b.bareInsert("bare durable insert, same row", size)
	if err != nil {
		return err
	}
	return b.posting("page posted, validated, stored", browsers, paths, values, 0, &base)
}

func (b *bench) posted50() error {
	browsers, paths, err := b.wide(50)
	if err != nil {
		return err
	}
	size, err := rowBytes(b.data(), "SELECT avg(length(body)+length(key)) FROM drafts WHERE id LIKE 'wide-50-%'")
	if err != nil {
		return err
	}
	base, err := b.bareInsert("bare durable insert, same row", size)
	if err != nil {
		return err
	}
	own := slices.Repeat([]url.Values{wideAnswers(50)}, b.clients)
	return b.posting("50 fields posted, validated, stored", browsers, paths, own, 3000, &base)
}

// begun asks the register three times over the network, and stores a draft.
func (b *bench) begun() error {
	_, browsers, err := b.next(200)
	if err != nil {
		return err
	}
	f, err := b.measure("application begun (register asked)", b.clients, b.duration, len(browsers), func(_, call int) error {
		_, err := begin(browsers[call])
		return err
	})
	f.note = "2 requests"
	b.table.add(f, nil, 0)
	return err
}
