package mailsim

import (
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"samtjanst/platform/clock"
)

// A platform that cannot start closes its simulators before they have begun to serve.
func TestClosedBeforeItServes(t *testing.T) {
	s, err := New(Options{Clock: clock.System{}})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "localhost:0")
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Serve(l); err != nil {
		t.Error(err)
	}
	if _, err := l.Accept(); !errors.Is(err, net.ErrClosed) {
		t.Error(err)
	}
}

func TestTheMailboxShowsGivesAndKeeps(t *testing.T) {
	ck := clock.NewManual(time.Date(2026, 8, 20, 9, 0, 0, 0, time.UTC))
	path := filepath.Join(t.TempDir(), "mail.jsonl")
	open := func() *Sim {
		t.Helper()
		s, err := New(Options{Clock: ck, Path: path})
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	s := open()
	for _, m := range []Message{
		{ID: "1@x", To: "anna.testsson@example.se", Subject: "Hej <Anna>", Body: "Gå till http://localhost:8080/s/abc?x=1.\n<script>"},
		{ID: "1@x", To: "anna.testsson@example.se", Subject: "Hej <Anna>", Body: "samma igen"},
		{ID: "2@x", To: "erik.testsson@example.se", Subject: "Till Erik", Body: "Hej"},
	} {
		if err := s.box.Add(m); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = open()
	t.Cleanup(func() { s.Close() })
	srv := httptest.NewServer(s.Pages())
	defer srv.Close()
	get := func(path string) string {
		t.Helper()
		res, err := http.Get(srv.URL + path)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		b, err := io.ReadAll(res.Body)
		if err != nil || res.StatusCode != http.StatusOK {
			t.Fatalf("%s: %d %v", path, res.StatusCode, err)
		}
		return string(b)
	}
	page := get("/mail/")
	for _, want := range []string{`<a href="http://localhost:8080/s/abc?x=1">`, "Hej &lt;Anna&gt;", "&lt;script&gt;", "levererat 2 gånger", "Till Erik"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %s", want)
		}
	}
	var list []Message
	if err := json.Unmarshal([]byte(get("/mail/api?to="+url.QueryEscape("anna.testsson@example.se"))), &list); err != nil {
		t.Fatal(err)
	}
	if len(list) != 1 || list[0].Copies != 2 || list[0].Body != "Gå till http://localhost:8080/s/abc?x=1.\n<script>" {
		t.Errorf("%+v", list)
	}
	if got := strings.TrimSpace(get("/mail/api?to=nobody@example.se")); got != "[]" {
		t.Errorf("nobody's mail: %s", got)
	}
	res, err := http.PostForm(srv.URL+"/mail/script", url.Values{"fault": {"down"}, "times": {"3"}, "clear": {"1"}})
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	if f, n := s.outage.State(); f != Down || n != 3 || len(s.Messages("")) != 0 {
		t.Errorf("fault %q × %d, %d messages", f, n, len(s.Messages("")))
	}
}
