/** The colours that a project's icon can have: the wire's names, and how they look. */
import type { ProjectIcon } from '../api/schema';

export type ProjectColour = ProjectIcon['color'];

export const PROJECT_COLOURS: Record<ProjectColour, string> = {
  RED: '#d64545',
  BLUE: '#3565d8',
  YELLOW: '#d9a400',
  PURPLE: '#8447c9',
  GREEN: '#3aa655',
  PINK: '#db4f94',
  VIOLET: '#6a5ae0',
  ORANGE: '#e2761b',
  DARK_GREEN: '#1c6b44',
  CYAN: '#1898ad',
  LAVENDER: '#9a8cf0',
  DEEP_ORANGE: '#d4501e',
};
