package clamd

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"samtjanst/platform/fault"
)

// The harmless file that every scanner finds, in two pieces so that none finds it here.
const eicar = `X5O!P%@AP[4\PZX54(P^)7CC)7}$EI` + `CAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*`

// daemon answers as clamd 1.x does. Its fields are its faults.
type daemon struct {
	maxStream int    // StreamMaxLength
	silent    bool   // takes everything and never answers
	says      string // instead of a verdict
	hangsUp   bool   // closes without an answer
}

// start listens and gives the address.
func (d daemon) start(t *testing.T, network, address string) Scanner {
	t.Helper()
	l, err := net.Listen(network, address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go d.serve(conn)
		}
	}()
	return New(network, l.Addr().String())
}

func (d daemon) serve(conn net.Conn) {
	defer conn.Close()
	in := bufio.NewReader(conn)
	command, err := in.ReadString(0)
	if err != nil {
		return
	}
	switch command {
	case "zPING\x00":
		io.WriteString(conn, "PONG\x00")
	case "zINSTREAM\x00":
		verdict, err := d.stream(in)
		switch {
		case err != nil || d.hangsUp:
		case d.silent:
			io.Copy(io.Discard, in)
		case d.says != "":
			io.WriteString(conn, d.says)
		default:
			io.WriteString(conn, verdict)
		}
	default:
		io.WriteString(conn, "UNKNOWN COMMAND\x00")
	}
}

func (d daemon) stream(in io.Reader) (string, error) {
	var got bytes.Buffer
	for {
		var n uint32
		if err := binary.Read(in, binary.BigEndian, &n); err != nil {
			return "", err
		}
		if n == 0 {
			break
		}
		if got.Len()+int(n) > d.maxStream {
			return "INSTREAM size limit exceeded. ERROR\x00", nil
		}
		if _, err := io.CopyN(&got, in, int64(n)); err != nil {
			return "", err
		}
	}
	if bytes.Contains(got.Bytes(), []byte(eicar)) {
		return "stream: Eicar-Test-Signature FOUND\x00", nil
	}
	return "stream: OK\x00", nil
}

func TestScan(t *testing.T) {
	for network, address := range map[string]string{"tcp": "127.0.0.1:0", "unix": filepath.Join(t.TempDir(), "clamd.sock")} {
		s := daemon{maxStream: 1 << 20}.start(t, network, address)
		if err := s.Ping(t.Context()); err != nil {
			t.Error(err)
		}
		for _, tt := range []struct{ what, content, want string }{
			{"clean", "hello", ""},
			{"empty", "", ""},
			{"one chunk exactly", strings.Repeat("a", chunk), ""},
			{"infected", eicar, "Eicar-Test-Signature"},
			{"infected across chunks", strings.Repeat("a", chunk-20) + eicar + strings.Repeat("b", 3*chunk), "Eicar-Test-Signature"},
		} {
			got, err := s.Scan(t.Context(), iotest.HalfReader(strings.NewReader(tt.content)))
			if err != nil || got != tt.want {
				t.Errorf("%s, %s: %q, %v; want %q", network, tt.what, got, err, tt.want)
			}
		}
	}
}

// Nothing passes when the daemon has not said that it is clean.
func TestScanFailsClosed(t *testing.T) {
	big := strings.Repeat("a", 8<<20)
	for what, d := range map[string]daemon{
		"over its limit": {maxStream: 1 << 20},
		"hangs up":       {maxStream: 1 << 30, hangsUp: true},
		"error":          {maxStream: 1 << 30, says: "stream: Can't allocate memory ERROR\x00"},
		"nonsense":       {maxStream: 1 << 30, says: "HTTP/1.1 200 OK\x00"},
		"found nothing":  {maxStream: 1 << 30, says: "stream:  FOUND\x00"},
		"no end of line": {maxStream: 1 << 30, says: "stream: OK"},
		"empty":          {maxStream: 1 << 30, says: "\x00"},
	} {
		s := d.start(t, "tcp", "127.0.0.1:0")
		if found, err := s.Scan(t.Context(), strings.NewReader(big)); err == nil || fault.KindOf(err) != fault.Unavailable || found != "" {
			t.Errorf("%s: %q, %v; want unavailable", what, found, err)
		}
	}
	gone := daemon{}.start(t, "tcp", "127.0.0.1:0")
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	gone.address = l.Addr().String()
	l.Close()
	if _, err := gone.Scan(t.Context(), strings.NewReader("a")); err == nil || fault.KindOf(err) != fault.Unavailable {
		t.Errorf("no daemon: %v", err)
	}
	if err := gone.Ping(t.Context()); err == nil || fault.KindOf(err) != fault.Unavailable {
		t.Errorf("no daemon: Ping %v", err)
	}
}

func TestScanEndsWithItsContext(t *testing.T) {
	s := daemon{maxStream: 1 << 20, silent: true}.start(t, "tcp", "127.0.0.1:0")
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	began := time.Now()
	_, err := s.Scan(ctx, strings.NewReader("a"))
	if !errors.Is(err, context.DeadlineExceeded) || fault.KindOf(err) != fault.Unavailable {
		t.Errorf("got %v", err)
	}
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("it took %v", took)
	}
}

func TestScanTellsWhatItCouldNotRead(t *testing.T) {
	s := daemon{maxStream: 1 << 20}.start(t, "tcp", "127.0.0.1:0")
	_, err := s.Scan(t.Context(), iotest.ErrReader(fault.New("blob", fault.Gone, nil)))
	if fault.KindOf(err) != fault.Gone {
		t.Errorf("a fault in reading: %v", err)
	}
	_, err = s.Scan(t.Context(), iotest.ErrReader(errors.New("broken")))
	if fault.KindOf(err) != fault.Internal {
		t.Errorf("another error in reading: %v", err)
	}
}
