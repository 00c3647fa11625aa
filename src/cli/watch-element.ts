/** The few elements a screen is made of, without JSX, which type stripping does not know. */
import {Box, Text, type BoxProps, type TextProps} from 'ink';
import {createElement, type Key, type ReactElement, type ReactNode} from 'react';

/** A member of a list has a name. */
type Named = {readonly key?: Key};

export const row = (props: BoxProps & Named, ...children: readonly ReactNode[]): ReactElement => createElement(Box, props, ...children);

export const column = (props: BoxProps & Named, ...children: readonly ReactNode[]): ReactElement =>
  createElement(Box, {...props, flexDirection: 'column'}, ...children);

/** One line, cut at its end when there is no room. */
export const line = (content: ReactNode, props: TextProps & Named = {}): ReactElement =>
  createElement(Text, {wrap: 'truncate-end', ...props}, content);

/** As many lines as it needs. */
export const paragraph = (content: ReactNode, props: TextProps & Named = {}): ReactElement =>
  createElement(Text, {wrap: 'wrap', ...props}, content);
