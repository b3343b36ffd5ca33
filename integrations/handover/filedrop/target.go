// Package filedrop hands deliveries over as files in a folder that the other side reads, and takes files back from another.
//
// A delivery becomes two files, <kind>-<ref>.csv and <kind>-<ref>.json. They appear whole or not at all (written under a name that
// begins with a dot, then renamed), the CSV last, so that one who waits for it finds both. What has been delivered is remembered
// in .delivered, so that a retry puts nothing back that the other side has already taken away.
package filedrop

import (
	"context"
	"errors"
	"io/fs"
	"os"

	"samtjanst/integrations/handover"
	"samtjanst/integrations/handover/rows"
	"samtjanst/platform/fault"
)

const remembered = ".delivered"

// Target is a folder that deliveries are put into.
type Target struct{ id, dir string }

var _ handover.Target = (*Target)(nil)

// NewTarget names a target and its folder, which has to exist when something is delivered. Fault: Invalid.
func NewTarget(id, dir string) (*Target, error) {
	if id == "" || dir == "" {
		return nil, fault.Newf("filedrop.NewTarget", fault.Invalid, "id or dir is missing")
	}
	return &Target{id, dir}, nil
}

// ID implements handover.Target.
func (t *Target) ID() string { return t.id }

// Deliver implements handover.Target.
func (t *Target) Deliver(ctx context.Context, d handover.Delivery) error {
	const op = "filedrop.Deliver"
	if err := ctx.Err(); err != nil {
		return fault.New(op, fault.Unavailable, err)
	}
	if err := rows.Check(d); err != nil {
		return fault.New(op, fault.Invalid, err)
	}
	asJSON, err := rows.JSON(d)
	if err != nil {
		return fault.New(op, fault.Invalid, err)
	}
	asCSV, err := rows.CSV(d)
	if err != nil {
		return fault.New(op, fault.Invalid, err)
	}
	root, err := os.OpenRoot(t.dir)
	if err != nil {
		return fault.New(op, fault.Unavailable, err)
	}
	defer root.Close()
	name := d.Kind + "-" + d.Ref
	mark := remembered + "/" + name
	if _, err := root.Stat(mark); err == nil {
		return nil
	}
	err = errors.Join(put(root, name+".json", asJSON), put(root, name+".csv", asCSV))
	if err == nil {
		if err = root.Mkdir(remembered, 0o750); errors.Is(err, fs.ErrExist) {
			err = nil
		}
	}
	if err == nil {
		err = root.WriteFile(mark, nil, 0o640)
	}
	if err != nil {
		return fault.New(op, fault.Unavailable, err)
	}
	return nil
}

// put writes a file that appears whole or not at all.
func put(root *os.Root, name string, b []byte) error {
	hidden := "." + name + ".part"
	f, err := root.OpenFile(hidden, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o640)
	if err != nil {
		return err
	}
	_, err = f.Write(b)
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return errors.Join(err, root.Remove(hidden))
	}
	return root.Rename(hidden, name)
}
