package main

import (
	"fmt"
	"net/url"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"samtjanst/forms/answers"
	"samtjanst/platform/httpkit"

	"github.com/valyala/fasthttp"
)

// submitted hands in applications that stand at the check page, and lets the outbox do afterwards what gathered.
func (b *bench) submitted() error {
	fs, browsers, err := b.next(b.submits)
	if err != nil {
		return err
	}
	before, err := tableBytes(b.data(), caseTables...)
	if err != nil {
		return err
	}
	forms, paths, err := b.prepared(fs, browsers)
	if err != nil {
		return err
	}
	if err := b.call("Hold", true, &nothing{}); err != nil {
		return err
	}
	f, err := b.measure("submitted, durably", b.clients, 0, len(paths), func(_, call int) error {
		p, err := browsers[call].post(paths[call], forms[call])
		if err == nil {
			paths[call] = p.location
		}
		return err
	})
	if err != nil {
		return err
	}
	after, err := tableBytes(b.data(), caseTables...)
	if err != nil {
		return err
	}
	size, err := rowBytes(b.data(), "SELECT avg(length(head)+length(chain)+length(card)+length(key)+length(tokens)) FROM cases")
	if err != nil {
		return err
	}
	base, err := b.bareInsert("bare durable insert, same row", size)
	if err != nil {
		return err
	}
	b.table.add(f, &base, 0)
	b.table.say("a case handed in takes %d bytes on disk, indexes and parts with it", (after-before)/int64(len(paths)))
	return b.drain("number and receipt, by the outbox", len(paths))
}

// prepared fills applications in, and gives the check page's form and address of each.
func (b *bench) prepared(fs []family, browsers []browser) (forms []url.Values, paths []string, err error) {
	in := make([]Application, len(fs))
	for i, f := range fs {
		in[i] = Application{peopleOf(fs[i : i+1])[0], answersOf(f, time.Now())}
	}
	var drafts []Draft
	if err := b.call("Prepare", in, &drafts); err != nil {
		return nil, nil, err
	}
	for i, d := range drafts {
		_, secret, _ := strings.Cut(browsers[i].cookie, "=")
		forms = append(forms, url.Values{httpkit.TokenField: {httpkit.TokenFor(secret)}, answers.FieldRevision: {strconv.FormatInt(d.Rev, 10)}})
		paths = append(paths, "/ansokan/"+d.ID+"/"+checkPage)
	}
	return forms, paths, nil
}

// drain measures how the outbox works off what has gathered.
func (b *bench) drain(what string, cases int) error {
	f, err := b.within(what, func() (figure, error) {
		f := figure{what: what, n: cases}
		began := time.Now()
		err := b.call("Drain", nothing{}, &f.n)
		f.took = time.Since(began)
		if err == nil && f.n < cases {
			err = fmt.Errorf("%d of %d cases had something to do", f.n, cases)
		}
		return f, err
	})
	b.table.add(f, nil, 0)
	return err
}

// journeys are whole ones, with the outbox at work.
func (b *bench) journeys() error {
	_, browsers, err := b.next(len(b.families) - b.used - signers - notices - costers)
	if err != nil {
		return err
	}
	fs := b.families[b.used-len(browsers):]
	requests := 0
	f, err := b.measure("citizen journey, start to receipt", b.clients, 2*b.duration, len(browsers), func(c, call int) error {
		n, err := travel(browsers[call], answersOf(fs[call], time.Now()))
		if c == 0 {
			requests = n
		}
		return err
	})
	f.note = fmt.Sprintf("%d requests", requests)
	b.table.add(f, nil, 8)
	if err != nil {
		return err
	}
	return b.call("Drain", nothing{}, new(int))
}

// signers have a key each, which the simulator makes at the first signature.
const signers = 8

// signed signs cases through the e-legitimation's simulator, then has them decided and their documents made.
func (b *bench) signed() error {
	fs, _, err := b.next(signers)
	if err != nil {
		return err
	}
	all := slices.Repeat(fs, b.decided/signers+2)[:b.decided+signers] // the first of each is not counted
	browsers, err := b.visit(all, b.used+1000)
	if err != nil {
		return err
	}
	forms, paths, err := b.prepared(all, browsers)
	if err != nil {
		return err
	}
	before, err := tableBytes(b.data(), caseTables...)
	if err != nil {
		return err
	}
	ids := make([]string, len(all))
	for i := range all {
		p, err := browsers[i].post(paths[i], forms[i])
		if err != nil {
			return err
		}
		ids[i] = caseID(p.location)
	}
	for i := range signers {
		if err := sign(browsers[i], all[i], ids[i], b.sims); err != nil {
			return err
		}
	}
	f, err := b.measure("signed, through the simulator", signers, 0, signers, func(c, _ int) error {
		for i := signers + c; i < len(all); i += signers { // somebody signs one thing at a time
			if err := sign(browsers[i], all[i], ids[i], b.sims); err != nil {
				return err
			}
		}
		return nil
	})
	f.n, f.each, f.note = b.decided, nil, "4 requests, RSA and OCSP of the simulator beside"
	b.table.add(f, nil, 0)
	if err != nil {
		return err
	}
	if err := b.call("Drain", nothing{}, new(int)); err != nil {
		return err
	}
	b.ready, ids = ids[0], ids[1:]
	if err := b.call("Hold", true, &nothing{}); err != nil {
		return err
	}
	if err := b.call("Decide", ids, &nothing{}); err != nil {
		return err
	}
	if err := b.drain("decision PDF, notice and hand-over, by the outbox", len(ids)); err != nil {
		return err
	}
	after, err := tableBytes(b.data(), caseTables...)
	b.table.say("a case signed and decided takes %d bytes, with evidence and PDF", (after-before)/int64(len(ids)))
	return err
}

// notices is how many times the way from a submit to the mail is measured.
const notices = 30

// notice measures how long it takes from the answer to a submit until the mail server has the receipt.
func (b *bench) notice() error {
	fs, browsers, err := b.next(notices)
	if err != nil {
		return err
	}
	forms, paths, err := b.prepared(fs, browsers)
	if err != nil {
		return err
	}
	f := figure{what: "from submit to the notice's arrival"}
	for i := range paths {
		if _, err := browsers[i].post(paths[i], forms[i]); err != nil {
			return err
		}
		began := time.Now()
		for len(b.sims.Mail.Messages(fs[i].parent.Mail)) == 0 {
			if time.Since(began) > 10*time.Second {
				return fmt.Errorf("no receipt came to %s", fs[i].parent.Mail)
			}
			time.Sleep(time.Millisecond)
		}
		f.each = append(f.each, time.Since(began))
		f.took += time.Since(began)
	}
	f.n = len(f.each)
	slices.Sort(f.each)
	f.note = "one at a time"
	b.table.add(f, nil, 0)
	return nil
}

// inbox is the officer's list of many cases that are ready to decide.
func (b *bench) inbox() error {
	if err := b.call("Fill", Copies{b.ready, b.cases}, &nothing{}); err != nil {
		return err
	}
	var cookie string
	if err := b.call("IssueStaff", nothing{}, &cookie); err != nil {
		return err
	}
	officer := browser{http: b.http, cookie: cookie, address: "198.18.255.1"}
	for _, clients := range []int{1, b.clients} {
		size := 0
		f, err := b.measure(fmt.Sprintf("inbox page at %d cases, %d at once", b.cases, clients), clients, b.duration/2, 0, func(c, _ int) error {
			p, err := officer.get("/admin/arenden")
			if err == nil && p.status != fasthttp.StatusOK {
				err = fmt.Errorf("the inbox leads to %s", p.location)
			}
			if c == 0 {
				size = len(p.body)
			}
			return err
		})
		f.bytes = size
		b.table.add(f, nil, 0)
		if err != nil {
			return err
		}
	}
	return nil
}

// caseTables are what a case stands in.
var caseTables = []string{"cases", "case_words", "parts", "numbers"}

func (b *bench) data() string { return filepath.Join(b.dir, "data") }

// pageOf is the last name of an address, caseID the case of one.
func pageOf(address string) string { return address[strings.LastIndexByte(address, '/')+1:] }

func caseID(address string) string {
	id, _, _ := strings.Cut(strings.TrimPrefix(address, "/arende/"), "?")
	return id
}
