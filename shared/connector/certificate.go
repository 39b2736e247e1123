package connector

import (
	"context"
	"errors"
	"fmt"
	"time"

	"kantoorpost/shared/entra"
	"kantoorpost/shared/table"
)

// ReadCertificates reads when the certificates of connectors end, since the vault renews
// them under their names. It writes only a date that changed. One that cannot be read
// keeps its date; errors are of the tables.
func (s *Store) ReadCertificates(ctx context.Context) error {
	conf, err := s.configuration(ctx)
	if err != nil {
		return err
	}
	var errs []error
	for _, c := range conf.connectors {
		if c.Method != MethodCertificate {
			continue
		}
		v, err := s.kept(ctx, c)
		var ends time.Time
		if err == nil {
			ends, err = entra.Expires(v)
		}
		if err != nil {
			s.o.Log.WarnContext(ctx, "the end of a certificate is not known", "connector", c.ID, "certificate", c.Certificate, "error", err)
			continue
		}
		if ends = ends.UTC().Truncate(time.Second); !ends.Equal(c.SecretExpires) {
			errs = append(errs, s.saveEnd(ctx, c, ends))
		}
	}
	return errors.Join(errs...)
}

// saveEnd saves when the certificate of c ends, beside the state of c: people edit the
// other row. A state that changes meanwhile counts, and the next tick tries again.
func (s *Store) saveEnd(ctx context.Context, c Connector, ends time.Time) error {
	defer s.forget()
	row := stateRow{State: c.State, Since: c.StateSince, Tried: c.tried}
	now, err := s.o.Configuration.Get(ctx, stateKey(c.ID))
	write := table.Insert
	if err == nil {
		write, err = table.Replace, now.Unpack(&row)
	} else if errors.Is(err, table.ErrNotFound) {
		err = nil
	}
	var r table.Row
	if err == nil {
		row.Ends = ends
		r, err = table.Pack(stateKey(c.ID), row)
	}
	if err == nil {
		r.ETag = now.ETag
		err = s.o.Configuration.Write(ctx, write(r))
	}
	if err != nil && !errors.Is(err, table.ErrChanged) && !errors.Is(err, table.ErrExists) {
		return fmt.Errorf("end of the certificate of connector %s: %w", c.ID, err)
	}
	return nil
}
