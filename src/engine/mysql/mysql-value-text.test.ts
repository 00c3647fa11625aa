import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {doubleText} from '../../model/mysql-double.ts';
import {baseType, hexText, readExpression, textReader, utf8Text} from './mysql-value-text.ts';

describe('a double', () => {
  it.each([
    [0, '0'],
    [-0, '-0'],
    [1, '1'],
    [0.1, '0.1'],
    [-1234.5, '-1234.5'],
    [1e14, '100000000000000'],
    [1e15, '1e15'],
    [123456789012345680, '1.2345678901234568e17'],
    [1234567890123456, '1.234567890123456e15'],
    [1234567890123455.5, '1234567890123455.5'],
    [1e-7, '0.0000001'],
    [1e-15, '0.000000000000001'],
    [1e-16, '1e-16'],
    [5e-324, '5e-324'],
  ])('%d is %s', (value, text) => expect(doubleText(value)).toBe(text));

  it('is the same number again', () => {
    fc.assert(fc.property(fc.double({noNaN: true, noDefaultInfinity: true}), (value) => Object.is(Number(doubleText(value)), value)));
  });
});

describe('a value that was sent', () => {
  it('is hexadecimal where it is bytes, and text elsewhere', () => {
    expect(textReader({type: 'varbinary(3)'})(Buffer.from([0, 255]))).toBe('\\x00ff');
    expect(textReader({type: 'GEOMETRY'})(Buffer.from([1]))).toBe(hexText(Buffer.from([1])));
    expect(textReader({type: 'varchar(3)'})(Buffer.from('é\ufffd'))).toBe('é\ufffd');
    expect(() => utf8Text(Buffer.from([0xc3]))).toThrow('not valid');
  });

  it('is asked for so that nothing is rounded or padded (H-36)', () => {
    expect(readExpression({name: 'a`b', type: 'float(7,2)'})).toBe('CAST(`a``b` AS DOUBLE)');
    expect(readExpression({name: 'a', type: 'int(5) unsigned zerofill'}, 't.')).toBe('(t.`a` + 0)');
    expect(readExpression({name: 'a', type: "enum('float','zerofill')"})).toBe('`a`');
    expect(baseType("set('a','b')")).toBe('set');
  });
});
