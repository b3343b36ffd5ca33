package server_test

import (
	"bufio"
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"samtjanst/integrations/sim/personas"
	"samtjanst/platform/httpkit/httptestkit"
	"samtjanst/platform/store/sqlitestore"
)

// command runs the program as an operator does.
func command(t *testing.T, args ...string) *exec.Cmd {
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	t.Cleanup(cancel)
	c := exec.CommandContext(ctx, os.Args[0], args...)
	c.Env = append(os.Environ(), commandVariable+"=1")
	c.Dir = t.TempDir()
	return c
}

// ports finds five that follow one another and one for the platform, all free just now.
func ports(t *testing.T) (listen, sims string) {
	t.Helper()
	for range 100 {
		base := 20000 + rand.IntN(40000)
		free := true
		for p := base; p < base+6; p++ {
			l, err := net.Listen("tcp", fmt.Sprintf("localhost:%d", p))
			if err != nil {
				free = false
				break
			}
			l.Close()
		}
		if free {
			return fmt.Sprintf("localhost:%d", base+5), fmt.Sprintf("localhost:%d", base)
		}
	}
	t.Fatal("no free ports")
	return "", ""
}

// demo is a running `samtjanst serve --demo`.
type demoRun struct {
	t              *testing.T
	process        *exec.Cmd
	portal, sims   string
	stdout, stderr bytes.Buffer
}

func startDemo(t *testing.T, data, listen, sims string) *demoRun {
	t.Helper()
	d := &demoRun{t: t, portal: "http://" + listen, sims: "http://" + sims, process: command(t, "serve", "--demo", "--data", data, "--listen", listen, "--sim-listen", sims)}
	out, err := d.process.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	d.process.Stderr = &d.stderr
	if err := d.process.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if strings.HasPrefix(lines.Text(), "Stop with") {
			go io.Copy(io.Discard, out)
			return d
		}
	}
	t.Fatalf("the demo does not start: %v\n%s", d.process.Wait(), d.stderr.String())
	return nil
}

// kill ends it as a power cut does.
func (d *demoRun) kill() {
	d.t.Helper()
	if err := d.process.Process.Kill(); err != nil {
		d.t.Fatal(err)
	}
	_ = d.process.Wait() // killed: that is no news
}

// browser opens one that reaches it over the network.
func (d *demoRun) browser() *httptestkit.Browser {
	b := httptestkit.New(d.t, nil)
	client := &http.Client{Timeout: 20 * time.Second, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	b.Send = func(req *http.Request) (*http.Response, error) {
		u, err := url.Parse(d.portal)
		if err != nil {
			return nil, err
		}
		req.URL.Scheme, req.URL.Host, req.Host, req.RequestURI = u.Scheme, u.Host, u.Host, ""
		return client.Do(req)
	}
	return b
}

var startToken = regexp.MustCompile(`autostarttoken=([0-9a-f-]+)`)

// approve does what the person does in the app, and presses the button until the order is over.
func (d *demoRun) approve(b *httptestkit.Browser, id personas.ID) {
	d.t.Helper()
	m := startToken.FindSubmatch(b.Page.Body)
	if m == nil {
		d.t.Fatalf("no address that starts the app:\n%s", b.Text())
	}
	raw, err := json.Marshal(map[string]string{"number": id.Persona().EIDNumber.Digits(), "token": string(m[1])})
	if err != nil {
		d.t.Fatal(err)
	}
	res, err := http.Post(d.sims+"/bankid/approve", "application/json", bytes.NewReader(raw))
	if err != nil {
		d.t.Fatal(err)
	}
	res.Body.Close()
	if res.StatusCode != http.StatusNoContent {
		d.t.Fatalf("approving: %d", res.StatusCode)
	}
	for range 5 {
		b.Submit("Jag är klar i appen, gå vidare", nil)
		if !strings.Contains(b.Page.Header.Get("Location"), "/vanta") {
			b.Follow()
			return
		}
		b.Follow()
	}
	d.t.Fatal("the order does not end")
}

func (d *demoRun) logIn(id personas.ID) *httptestkit.Browser {
	d.t.Helper()
	b := d.browser()
	b.Get("/logga-in?till=/mina-sidor")
	b.Submit("BankID på den här enheten", nil)
	b.Follow()
	d.approve(b, id)
	b.Want(http.StatusOK)
	return b
}

// mails are those to an address that the demo's mailbox has, by Message-ID with the number of copies.
func mails(t *testing.T, data, to string) map[string]int {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(data, "sim", "mail.jsonl"))
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	out := map[string]int{}
	for line := range strings.Lines(string(raw)) {
		var m struct{ ID, To string }
		if err := json.Unmarshal([]byte(line), &m); err != nil {
			t.Fatalf("%v: %s", err, line)
		}
		if m.To == to {
			out[m.ID]++
		}
	}
	return out
}

// A whole demo is killed right after a parent has handed in, and started again on the same data: she is still logged in, the case is
// there, and the receipt comes once.
func TestDemoKilled(t *testing.T) {
	data := t.TempDir()
	listen, sims := ports(t)
	d := startDemo(t, data, listen, sims)
	b := d.logIn(personas.AnnaTestsson)
	b.Get("/ekkoping/tjanster/skolskjuts/starta")
	b.Submit("/ekkoping/tjanster/skolskjuts/starta", nil)
	draft := strings.TrimPrefix(b.Page.Header.Get("Location"), "/ansokan/")
	pages := map[string]url.Values{
		"elev": {"a/elev/barn": {personas.ElsaTestsson.Number().Digits()}}, "skola": {"a/skola/placering": {"anvisad"}, "a/skola/skola": {"eklunda"}},
		"period": {"a/period/omfattning": {"hela"}}, "grund": {"a/grund/skal": {"avstand"}}, "avstand": {"a/grund/avstand": {"4,5"}},
		"boende": {"a/boende/typ": {"ett-hem"}}, "fritids": {"a/fritids/gar": {"false"}},
		"egen": {"a/egen/email": {"anna@example.se"}, "a/egen/till": {"mandag"}},
	}
	check := "/ansokan/" + draft + "/kontrollera"
	for range 30 {
		b.Follow()
		b.Want(http.StatusOK)
		page, action := "", ""
		for _, f := range httptestkit.Find(b.Doc(), "form") {
			if httptestkit.HasAttr(f, "data-form") {
				page, action = httptestkit.Attr(f, "data-form"), httptestkit.Attr(f, "action")
			}
		}
		if page == "" {
			break
		}
		values := pages[page]
		if page == "lasar" { // by the machine's clock: the first that is offered
			values = url.Values{"a/skola/skolform": {"grundskola"}, "a/skola/arskurs": {"4"}}
			for _, in := range httptestkit.Find(b.Doc(), "input") {
				if httptestkit.Attr(in, "name") == "a/skola/lasar" && !values.Has("a/skola/lasar") {
					values.Set("a/skola/lasar", httptestkit.Attr(in, "value"))
				}
			}
		}
		b.Submit(action, values)
		if b.Page.Status != http.StatusSeeOther {
			t.Fatalf("page %s: %d\n%s", page, b.Page.Status, b.Text())
		}
	}
	b.Submit(check, nil)
	b.Want(http.StatusSeeOther)
	kase := b.Page.Header.Get("Location")
	d.kill()

	d = startDemo(t, data, listen, sims)
	cookies := b.Cookies
	b = d.browser()
	b.Cookies = cookies
	b.Get(kase)
	b.Want(http.StatusOK)
	if !strings.Contains(b.Text(), "Ansökan är inlämnad") {
		t.Errorf("after the restart:\n%s", b.Text())
	}
	b.Get(check)
	if to := b.Page.Header.Get("Location"); b.Page.Status != http.StatusSeeOther || !strings.HasPrefix(kase, to) {
		t.Errorf("the application is still there: %d %s", b.Page.Status, to)
	}
	var got map[string]int
	for range 100 {
		if got = mails(t, data, "anna@example.se"); len(got) > 0 {
			break
		}
		time.Sleep(50 * time.Millisecond)
	}
	if len(got) != 1 {
		t.Errorf("receipts %v", got)
	}

	// A second one on the same ports, or on the same data, says what is wrong.
	out, err := command(t, "serve", "--demo", "--data", t.TempDir(), "--listen", listen, "--sim-listen", sims).CombinedOutput()
	oneLine(t, "port in use", out, err, 1, "--listen")
	other, _ := ports(t)
	out, err = command(t, "serve", "--demo", "--data", t.TempDir(), "--listen", other, "--sim-listen", sims).CombinedOutput()
	oneLine(t, "simulators' port in use", out, err, 1, "--sim-listen")

	// Asked to stop, it stops, and says nothing of it.
	if err := d.process.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	if err := d.process.Wait(); err != nil || d.stderr.Len() > 0 {
		t.Errorf("stopped with %v\n%s", err, d.stderr.String())
	}
}

// oneLine checks that a command said what is wrong in one line, and how it ended.
func oneLine(t *testing.T, name string, out []byte, err error, status int, says string) {
	t.Helper()
	got := 0
	if exit, ok := err.(*exec.ExitError); ok {
		got = exit.ExitCode()
	} else if err != nil {
		t.Fatal(err)
	}
	text := strings.TrimSpace(string(out))
	if got != status || strings.Contains(text, "\n") || text == "" || !strings.Contains(text, says) {
		t.Errorf("%s: status %d, want %d and a line with %q:\n%s", name, got, status, says, out)
	}
	if strings.Contains(text, "panic") || strings.Contains(text, "goroutine") {
		t.Errorf("%s: %s", name, text)
	}
}

// Each mistake of an operator gets one line that names it, and an exit status that a script can act on.
func TestOperatorsMistakes(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	demo := func(data string) []string {
		listen, sims := ports(t)
		return []string{"serve", "--demo", "--data", data, "--listen", listen, "--sim-listen", sims}
	}
	broken := write("broken.yaml", "listen: [\n")
	unknown := write("unknown.yaml", "listen: :0\nlissten: :1\n")
	incomplete := write("incomplete.yaml", "baseURL: https://e.example.se\n")
	write("key/keys/master.json", "this is no key")
	write("file", "")
	newer := filepath.Join(dir, "newer")
	if err := os.Mkdir(newer, 0o700); err != nil {
		t.Fatal(err)
	}
	s, err := sqlitestore.Open(filepath.Join(newer, "samtjanst.db"))
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("sqlite", filepath.Join(newer, "samtjanst.db"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Exec("PRAGMA user_version = 99"); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	write("nodb/samtjanst.db", strings.Repeat("this is no database ", 100))
	for name, c := range map[string]struct {
		args   []string
		status int
		says   string
	}{
		"neither config nor demo": {[]string{"serve"}, 2, "--config"},
		"no such file":            {[]string{"serve", "--config", filepath.Join(dir, "finns-inte.yaml")}, 1, "finns-inte.yaml"},
		"broken YAML":             {[]string{"serve", "--config", broken}, 1, "broken.yaml"},
		"unknown key":             {[]string{"serve", "--config", unknown}, 1, "lissten"},
		"a key is missing":        {[]string{"serve", "--config", incomplete}, 1, "municipalities"},
		"unreadable master key":   {demo(filepath.Join(dir, "key")), 1, "master"},
		"data is a file":          {demo(filepath.Join(dir, "file")), 1, "data"},
		"data by a newer version": {demo(newer), 1, "99"},
		"data is no database":     {demo(filepath.Join(dir, "nodb")), 1, "samtjanst.db"},
		"an address that is none": {[]string{"serve", "--demo", "--data", t.TempDir(), "--listen", "nonsense:port"}, 1, "nonsense"},
		"store that is none":      {append(demo(t.TempDir()), "--store", "postgres://localhost/x"), 1, "mongodb://"},
		"store that is not there": {append(demo(t.TempDir()), "--store", "mongodb://127.0.0.1:1/x?serverSelectionTimeoutMS=300"), 1, "mongo"},
	} {
		out, err := command(t, c.args...).CombinedOutput()
		oneLine(t, name, out, err, c.status, c.says)
	}
	for _, args := range [][]string{{}, {"nonsense"}, {"form", "nonsense"}, {"serve", "--nonsense"}, {"serve", "--demo", "extra"}} {
		out, err := command(t, args...).CombinedOutput()
		if exit, ok := err.(*exec.ExitError); !ok || exit.ExitCode() != 2 || len(out) == 0 {
			t.Errorf("%q: %v\n%s", args, err, out)
		}
	}
}
