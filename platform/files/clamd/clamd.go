// Package clamd asks a ClamAV daemon whether bytes are malware, over its INSTREAM command (clamd(8), "COMMANDS").
//
// The conversation: "zINSTREAM\0", then chunks, each a length of four bytes in network order and that many bytes, then a length of
// zero; the answer is one line that ends with NUL: "stream: OK", "stream: <signature> FOUND", or something that ends
// with "ERROR". One connection per scan. An answer other than the first two is no answer: nothing passes unscanned.
package clamd

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"strings"
	"time"

	"samtjanst/platform/fault"
	"samtjanst/platform/files"
)

// Scanner is a daemon. It is safe for concurrent use.
type Scanner struct{ network, address string }

var _ files.Scanner = Scanner{}

// timeout bounds a scan whose context does not end sooner.
const timeout = 2 * time.Minute

// New names a daemon: "tcp" and host:port, or "unix" and the path of its socket. It is not asked until the first scan; see Ping.
func New(network, address string) Scanner { return Scanner{network, address} }

// Ping asks whether the daemon answers. fault.Unavailable.
func (s Scanner) Ping(ctx context.Context) error {
	const op = "clamd.Ping"
	answer, err := s.converse(ctx, "zPING\x00", nil)
	if err != nil {
		return fault.New(op, fault.Unavailable, err)
	}
	if answer != "PONG" {
		return fault.Newf(op, fault.Unavailable, "the daemon says %q", answer)
	}
	return nil
}

// Scan implements files.Scanner. The daemon's StreamMaxLength must be at least the largest upload.
func (s Scanner) Scan(ctx context.Context, r io.Reader) (found string, err error) {
	const op = "clamd.Scan"
	answer, err := s.converse(ctx, "zINSTREAM\x00", r)
	if err != nil {
		if f := (*fault.Error)(nil); errors.As(err, &f) {
			return "", fault.Wrap(op, err) // of reading r
		}
		return "", fault.New(op, fault.Unavailable, err)
	}
	verdict, ok := strings.CutPrefix(answer, "stream: ")
	if ok && verdict == "OK" {
		return "", nil
	}
	if name, hit := strings.CutSuffix(verdict, " FOUND"); ok && hit && name != "" {
		return name, nil
	}
	return "", fault.Newf(op, fault.Unavailable, "the daemon says %q", answer)
}

// converse sends a command, the chunks of r unless it is nil, and reads the answer.
func (s Scanner) converse(ctx context.Context, command string, r io.Reader) (answer string, err error) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	conn, err := new(net.Dialer).DialContext(ctx, s.network, s.address)
	if err != nil {
		return "", err
	}
	defer conn.Close()
	stop := context.AfterFunc(ctx, func() { conn.SetDeadline(time.Unix(1, 0)) }) // ends reads and writes that wait
	defer stop()
	defer func() {
		if ended := ctx.Err(); ended != nil && err != nil {
			err = errors.Join(ended, err)
		}
	}()

	if _, err := io.WriteString(conn, command); err != nil {
		return "", err
	}
	var sending error
	if r != nil {
		if sending = send(conn, r); sending != nil {
			if f := (*fault.Error)(nil); errors.As(sending, &f) {
				return "", sending
			}
			// The daemon may have closed in the middle with a reason, as when the stream is over its limit: read it.
		}
	}
	answer, err = bufio.NewReader(io.LimitReader(conn, 4096)).ReadString(0)
	if err != nil {
		return "", errors.Join(sending, err)
	}
	return strings.TrimRight(answer, "\x00"), nil
}

const chunk = 64 << 10

// send writes r in chunks. What goes wrong in reading r comes back as a fault, what goes wrong in writing as it is.
func send(w io.Writer, r io.Reader) error {
	buf := make([]byte, 4+chunk)
	for {
		n, err := io.ReadFull(r, buf[4:])
		if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
			if f := (*fault.Error)(nil); errors.As(err, &f) {
				return err
			}
			return fault.New("clamd.send", fault.Internal, err)
		}
		binary.BigEndian.PutUint32(buf, uint32(n)) // after the last chunk: zero, the end
		if _, werr := w.Write(buf[:4+n]); werr != nil {
			return werr
		}
		if n == 0 {
			return nil
		}
	}
}
