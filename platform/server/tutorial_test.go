package server_test

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"
)

// TestTutorial does all that forms/docs/tutorial.md tells its reader to do, in its order: runs each command, makes each file and each
// change, opens each address, and looks for what it says will be seen. The ports are others, since those may be taken.
func TestTutorial(t *testing.T) {
	raw, err := os.ReadFile("../../forms/docs/tutorial.md")
	if err != nil {
		t.Fatal(err)
	}
	listen, sims := ports(t)
	shown, _ := ports(t)
	text := strings.NewReplacer("localhost:8080", listen, "localhost:8090", sims, "localhost:8088", shown).Replace(string(raw))
	r := newReader(t)
	for len(text) > 0 && !t.Failed() {
		before, rest, found := strings.Cut(text, "\n```")
		for _, m := range address.FindAllStringSubmatch(before, -1) {
			r.opens(m[1])
		}
		if !found {
			break
		}
		block, after, closed := strings.Cut(rest, "\n```\n")
		if !closed {
			t.Fatalf("a block is not closed: %s", rest)
		}
		head, body, _ := strings.Cut(block, "\n")
		kind, file, _ := strings.Cut(head, " ")
		switch {
		case kind == "sh":
			r.runs(body)
		case kind == "text":
			r.sees(body)
		case kind == "diff":
			r.changes(file, body)
		case file != "":
			r.writes(file, body+"\n")
		default:
			t.Fatalf("a block of %q", head)
		}
		text = after
	}
	if r.did < 20 {
		t.Errorf("only %d things were done", r.did)
	}
}

var address = regexp.MustCompile(`<(http://localhost:[^>]*)>`)

// reader is somebody who does as told.
type reader struct {
	*testing.T
	dir  string
	env  []string
	said *output // by the commands of the last block
	did  int
}

// output may be written to by programs that run on.
type output struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.b.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.b.String()
}

func newReader(t *testing.T) *reader {
	bin := t.TempDir()
	script := fmt.Sprintf("#!/bin/sh\n%s=1 exec '%s' \"$@\"\n", commandVariable, os.Args[0])
	if err := os.WriteFile(filepath.Join(bin, "samtjanst"), []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	return &reader{T: t, dir: t.TempDir(), env: append(os.Environ(), "PATH="+bin+":"+os.Getenv("PATH")), said: new(output)}
}

func (r *reader) runs(body string) {
	r.said = new(output)
	for _, line := range strings.Split(body, "\n") {
		r.did++
		line, remark, _ := strings.Cut(line, " # ")
		status := 0
		if _, err := fmt.Sscanf(remark, "slutar med %d", &status); remark != "" && err != nil {
			r.Fatalf("%q: %v", remark, err)
		}
		if inBackground, ok := strings.CutSuffix(line, " &"); ok {
			r.starts(inBackground)
			continue
		}
		c := exec.CommandContext(r.Context(), "sh", "-c", line)
		c.Dir, c.Env, c.Stdout, c.Stderr = r.dir, r.env, r.said, r.said
		err := c.Run()
		if got := c.ProcessState.ExitCode(); got != status {
			r.Fatalf("%s ends with %d (%v), not %d:\n%s", line, got, err, status, r.said)
		}
	}
}

// starts a program that runs until the test ends, and waits until it has said something, here or in a file.
func (r *reader) starts(line string) {
	ctx, stop := context.WithCancel(context.Background())
	c := exec.CommandContext(ctx, "sh", "-c", "exec "+line)
	c.Dir, c.Env, c.Stdout, c.Stderr = r.dir, r.env, r.said, r.said
	c.Cancel = func() error { return c.Process.Signal(os.Interrupt) }
	c.WaitDelay = 10 * time.Second
	if err := c.Start(); err != nil {
		stop()
		r.Fatal(err)
	}
	done := make(chan struct{})
	go func() { defer close(done); _ = c.Wait() }() // interrupted: that is no news
	r.Cleanup(func() { stop(); <-done })
	if _, file, ok := strings.Cut(line, " > "); ok {
		r.waits(line+" writes nothing", func() bool {
			raw, _ := os.ReadFile(filepath.Join(r.dir, file))
			return bytes.HasSuffix(raw, []byte("\n"))
		})
	}
}

// waits for something to come about.
func (r *reader) waits(otherwise string, come func() bool) {
	r.Helper()
	for until := time.Now().Add(60 * time.Second); !come(); time.Sleep(50 * time.Millisecond) {
		if time.Now().After(until) {
			r.Fatalf("%s\n%s", otherwise, r.said)
		}
	}
}

func (r *reader) sees(body string) {
	for _, line := range strings.Split(body, "\n") {
		r.did++
		if want := strings.TrimSpace(line); !strings.Contains(r.said.String(), want) {
			r.Errorf("%q is not seen:\n%s", want, r.said)
		}
	}
}

func (r *reader) opens(url string) {
	r.did++
	r.waits(url+" does not answer", func() bool {
		res, err := http.Get(url)
		if err != nil {
			return false
		}
		res.Body.Close()
		return res.StatusCode == http.StatusOK
	})
}

func (r *reader) writes(file, body string) {
	r.did++
	name := filepath.Join(r.dir, filepath.FromSlash(file))
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		r.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(body), 0o600); err != nil {
		r.Fatal(err)
	}
}

// changes does what a diff says: the lines without + must be there, once, and give way to those without -.
func (r *reader) changes(file, body string) {
	var old, now strings.Builder
	for _, line := range strings.Split(body, "\n") {
		if len(line) == 0 || !strings.ContainsRune(" +-", rune(line[0])) {
			r.Fatalf("%s: a diff's lines begin with a space, + or -: %q", file, line)
		}
		if line[0] != '+' {
			old.WriteString(line[1:] + "\n")
		}
		if line[0] != '-' {
			now.WriteString(line[1:] + "\n")
		}
	}
	raw, err := os.ReadFile(filepath.Join(r.dir, filepath.FromSlash(file)))
	if err != nil || strings.Count(string(raw), old.String()) != 1 {
		r.Fatalf("%s (%v) does not have once:\n%s", file, err, old.String())
	}
	r.writes(file, strings.Replace(string(raw), old.String(), now.String(), 1))
}
