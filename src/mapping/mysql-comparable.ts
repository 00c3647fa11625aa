/** Types of MySQL and MariaDB whose text is the same wherever it comes from: what `where` may compare, whatever the target is. */
import type {EnginePair} from './engine-pair.ts';

export const mysqlComparable: EnginePair['comparable'] = [
  {type: /^(?:tiny|small|medium|big)?int\b/, text: /^(?:0|-?[1-9]\d*)$/},
  {type: /^(?:(?:var)?char\(|(?:tiny|medium|long)?text$)/, text: /^/},
  {type: /^uuid$/, text: /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/},
  {type: /^date$/, text: /^\d{4}-\d{2}-\d{2}$/},
];
